/* libsrtp, as many builds of it as are wanted at once: each opened by its path, one stream each way, packets in place. */
#include <dlfcn.h>
#include <stddef.h>
#include <string.h>
#include <srtp2/srtp.h>

enum { BUILDS = 8, SUITES = 5 };

struct build {
    srtp_err_status_t (*create)(srtp_t *, const srtp_policy_t *);
    srtp_err_status_t (*dealloc)(srtp_t);
    srtp_err_status_t (*protect)(srtp_t, void *, int *);
    srtp_err_status_t (*unprotect)(srtp_t, void *, int *);
    void (*suite[SUITES])(srtp_crypto_policy_t *);
};

static struct build builds[BUILDS];
static int count;
static srtp_t session;
static int owner;

/* The number of the build, or less than 0. */
int shim_srtp_open(const char *path)
{
    static const char *const suites[SUITES] = {
        "srtp_crypto_policy_set_rtp_default", "srtp_crypto_policy_set_aes_cm_128_hmac_sha1_32",
        "srtp_crypto_policy_set_aes_cm_256_hmac_sha1_80", "srtp_crypto_policy_set_aes_gcm_128_16_auth",
        "srtp_crypto_policy_set_aes_gcm_256_16_auth",
    };
    void *library = count < BUILDS ? dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND) : NULL;
    srtp_err_status_t (*init)(void);
    struct build *build = &builds[count];
    int i;
    if (!library) return -1;
    *(void **)&init = dlsym(library, "srtp_init");
    *(void **)&build->create = dlsym(library, "srtp_create");
    *(void **)&build->dealloc = dlsym(library, "srtp_dealloc");
    *(void **)&build->protect = dlsym(library, "srtp_protect");
    *(void **)&build->unprotect = dlsym(library, "srtp_unprotect");
    if (!init || !build->create || !build->dealloc || !build->protect || !build->unprotect) return -1;
    for (i = 0; i < SUITES; i++) *(void **)&build->suite[i] = dlsym(library, suites[i]);
    return init() == srtp_err_status_ok ? count++ : -1;
}

/* Begins the one session there is; the one before ends. */
int shim_srtp_start(int build, int suite, const unsigned char *key, int inbound)
{
    srtp_policy_t policy;
    memset(&policy, 0, sizeof policy);
    if (suite < 0 || suite >= SUITES || !builds[build].suite[suite]) return 0;
    builds[build].suite[suite](&policy.rtp);
    policy.rtcp = policy.rtp;
    policy.key = (unsigned char *)key;
    policy.window_size = 128;
    policy.ssrc.type = inbound ? ssrc_any_inbound : ssrc_any_outbound;
    if (session) builds[owner].dealloc(session);
    session = NULL;
    owner = build;
    return builds[build].create(&session, &policy) == srtp_err_status_ok;
}

int shim_srtp_protect(int build, unsigned char *packet, int *length)
{
    return builds[build].protect(session, packet, length) == srtp_err_status_ok;
}

int shim_srtp_unprotect(int build, unsigned char *packet, int *length)
{
    return builds[build].unprotect(session, packet, length) == srtp_err_status_ok;
}
