/* libsrtp: one stream each way, as many packets as there are, in place. */
#include <stddef.h>
#include <string.h>
#include <srtp2/srtp.h>

static srtp_t session;

int shim_srtp_start(int suite, const unsigned char *key, int inbound)
{
    static int ready;
    srtp_policy_t policy;
    if (!ready && srtp_init() != srtp_err_status_ok) return 0;
    ready = 1;
    memset(&policy, 0, sizeof policy);
    switch (suite) {
    case 0: srtp_crypto_policy_set_rtp_default(&policy.rtp); break;
    case 1: srtp_crypto_policy_set_aes_cm_128_hmac_sha1_32(&policy.rtp); break;
    case 2: srtp_crypto_policy_set_aes_cm_256_hmac_sha1_80(&policy.rtp); break;
    case 3: srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtp); break;
    case 4: srtp_crypto_policy_set_aes_gcm_256_16_auth(&policy.rtp); break;
    default: return 0;
    }
    policy.rtcp = policy.rtp;
    policy.key = (unsigned char *)key;
    policy.window_size = 128;
    policy.ssrc.type = inbound ? ssrc_any_inbound : ssrc_any_outbound;
    return srtp_create(&session, &policy) == srtp_err_status_ok;
}

void shim_srtp_stop(void) { srtp_dealloc(session); }

int shim_srtp_protect(unsigned char *packet, int *length)
{
    return srtp_protect(session, packet, length) == srtp_err_status_ok;
}

int shim_srtp_unprotect(unsigned char *packet, int *length)
{
    return srtp_unprotect(session, packet, length) == srtp_err_status_ok;
}
