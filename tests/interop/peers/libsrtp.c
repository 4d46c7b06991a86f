/* Lets libsrtp work on packets: libsrtp SUITE KEY_HEX <orders >answers
 *
 * An order is one letter, a length of two bytes and a packet. p: protect, u: unprotect, P and U: the same for RTCP.
 * An answer is the status (0: done), a length of two bytes, and the packet if it is done. */
#include <srtp2/srtp.h>
#include <stdio.h>
#include <string.h>

/* A newer library than the header is from may know more of a policy. */
static union { srtp_policy_t policy; char room[1024]; } all;

typedef void (*policy_setter)(srtp_crypto_policy_t *);

static const struct { const char *name; policy_setter rtp, rtcp; } suites[] = {
    { "AES_CM_128_HMAC_SHA1_80", srtp_crypto_policy_set_rtp_default, srtp_crypto_policy_set_rtp_default },
    { "AES_CM_128_HMAC_SHA1_32", srtp_crypto_policy_set_aes_cm_128_hmac_sha1_32, srtp_crypto_policy_set_rtp_default },
    { "AES_192_CM_HMAC_SHA1_80", srtp_crypto_policy_set_aes_cm_192_hmac_sha1_80, srtp_crypto_policy_set_aes_cm_192_hmac_sha1_80 },
    { "AES_192_CM_HMAC_SHA1_32", srtp_crypto_policy_set_aes_cm_192_hmac_sha1_32, srtp_crypto_policy_set_aes_cm_192_hmac_sha1_80 },
    { "AES_256_CM_HMAC_SHA1_80", srtp_crypto_policy_set_aes_cm_256_hmac_sha1_80, srtp_crypto_policy_set_aes_cm_256_hmac_sha1_80 },
    { "AES_256_CM_HMAC_SHA1_32", srtp_crypto_policy_set_aes_cm_256_hmac_sha1_32, srtp_crypto_policy_set_aes_cm_256_hmac_sha1_80 },
    { "AEAD_AES_128_GCM", srtp_crypto_policy_set_aes_gcm_128_16_auth, srtp_crypto_policy_set_aes_gcm_128_16_auth },
    { "AEAD_AES_256_GCM", srtp_crypto_policy_set_aes_gcm_256_16_auth, srtp_crypto_policy_set_aes_gcm_256_16_auth },
    { "NULL", srtp_crypto_policy_set_null_cipher_hmac_sha1_80, srtp_crypto_policy_set_null_cipher_hmac_sha1_80 },
};

int main(int count, char **words) {
    static unsigned char packet[4096], key[64];
    srtp_t sending, receiving;
    size_t suite = 0, bytes;
    int letter;
    if (count != 3 || srtp_init() != srtp_err_status_ok) return 2;
    while (suite < sizeof suites / sizeof *suites && strcmp(suites[suite].name, words[1])) suite++;
    if (suite == sizeof suites / sizeof *suites) return 3;
    for (bytes = 0; bytes < sizeof key && sscanf(words[2] + 2 * bytes, "%2hhx", key + bytes) == 1; bytes++)
        ;
    suites[suite].rtp(&all.policy.rtp);
    suites[suite].rtcp(&all.policy.rtcp);
    all.policy.key = key;
    all.policy.window_size = 128;
    all.policy.ssrc.type = ssrc_any_outbound;
    if (srtp_create(&sending, &all.policy) != srtp_err_status_ok) return 4;
    all.policy.ssrc.type = ssrc_any_inbound;
    if (srtp_create(&receiving, &all.policy) != srtp_err_status_ok) return 4;
    while ((letter = getchar()) != EOF) {
        int length = getchar() << 8, status;
        length |= getchar();
        if (length < 0 || length > 4000 || fread(packet, 1, (size_t)length, stdin) != (size_t)length) return 5;
        switch (letter) {
        case 'p': status = srtp_protect(sending, packet, &length); break;
        case 'u': status = srtp_unprotect(receiving, packet, &length); break;
        case 'P': status = srtp_protect_rtcp(sending, packet, &length); break;
        case 'U': status = srtp_unprotect_rtcp(receiving, packet, &length); break;
        default: return 6;
        }
        if (status != srtp_err_status_ok) length = 0;
        putchar(status);
        putchar(length >> 8);
        putchar(length & 255);
        fwrite(packet, 1, (size_t)length, stdout);
    }
    return 0;
}
