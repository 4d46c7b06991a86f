/* sofia-sip: extracting a message decodes the headers it knows; reading looks the results up. */
#include <sofia-sip/sip.h>
#include <sofia-sip/sip_parser.h>
#include <sofia-sip/sip_header.h>
#include <sofia-sip/msg.h>

void shim_sofia_init(void) {}

static int read_fields(const sip_t *sip, size_t *sum)
{
    if (!sip->sip_via || !sip->sip_from || !sip->sip_to || !sip->sip_call_id || !sip->sip_cseq
        || !sip->sip_contact) return 0;
    *sum += (size_t)sip->sip_via->v_branch + (size_t)sip->sip_via->v_host + (size_t)sip->sip_via->v_port
          + (size_t)sip->sip_from->a_url->url_host + (size_t)sip->sip_from->a_tag
          + (size_t)sip->sip_to->a_url->url_host + (size_t)sip->sip_to->a_tag
          + (size_t)sip->sip_call_id->i_id + sip->sip_cseq->cs_seq
          + (size_t)sip->sip_contact->m_url->url_host;
    return 1;
}

int shim_sofia(const char *bytes, size_t length, int read, size_t *sum)
{
    msg_t *msg = msg_make(sip_default_mclass(), 0, bytes, length);
    if (!msg) return 0;
    const sip_t *sip = sip_object(msg);
    int fine = sip && !sip->sip_error && (sip->sip_request || sip->sip_status);
    if (fine && read) fine = read_fields(sip, sum);
    msg_destroy(msg);
    return fine;
}
