/* osip2: its parser decodes every header at once; reading looks the results up. */
#include <stddef.h>
#include <sys/time.h>
#include <osipparser2/osip_parser.h>

void shim_osip2_init(void) { parser_init(); }

static int read_fields(osip_message_t *sip, size_t *sum)
{
    osip_via_t *via = NULL;
    osip_contact_t *contact = NULL;
    osip_uri_param_t *branch = NULL, *from = NULL, *to = NULL;
    if (osip_message_get_via(sip, 0, &via) < 0 || !via) return 0;
    osip_via_param_get_byname(via, "branch", &branch);
    if (!sip->from || !sip->to || !sip->call_id || !sip->cseq) return 0;
    osip_from_get_tag(sip->from, &from);
    osip_to_get_tag(sip->to, &to);
    if (osip_message_get_contact(sip, 0, &contact) < 0 || !contact) return 0;
    *sum += (size_t)via->host + (size_t)via->port + (size_t)branch + (size_t)from + (size_t)to
          + (size_t)sip->from->url + (size_t)sip->to->url + (size_t)sip->call_id->number
          + (size_t)sip->cseq->number + (size_t)contact->url;
    return 1;
}

int shim_osip2(const char *bytes, size_t length, int read, size_t *sum)
{
    osip_message_t *sip = NULL;
    if (osip_message_init(&sip) != 0) return 0;
    int fine = osip_message_parse(sip, bytes, length) == 0;
    if (fine && read) fine = read_fields(sip, sum);
    osip_message_free(sip);
    return fine;
}
