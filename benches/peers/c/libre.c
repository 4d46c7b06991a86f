/* libre: decoding a message decodes Via, From, To and CSeq; the Contact is decoded when it is read. The buffer
 * object is made once and refilled, as a socket's would be. */
#include <stdint.h>
#include <stdbool.h>
#include <sys/types.h>
#include <sys/socket.h>
#include <re/re.h>

static struct mbuf *buffer;

void shim_libre_init(void) { buffer = mbuf_alloc(65536); }

static int read_fields(const struct sip_msg *msg, size_t *sum)
{
    struct sip_addr contact;
    const struct sip_hdr *hdr = sip_msg_hdr(msg, SIP_HDR_CONTACT);
    if (!hdr || sip_addr_decode(&contact, &hdr->val)) return 0;
    *sum += (size_t)msg->via.branch.p + (size_t)msg->via.sentby.p + (size_t)msg->from.uri.host.p
          + (size_t)msg->from.tag.p + (size_t)msg->to.uri.host.p + (size_t)msg->to.tag.p
          + (size_t)msg->callid.p + msg->cseq.num + (size_t)contact.uri.host.p;
    return 1;
}

int shim_libre(const char *bytes, size_t length, int read, size_t *sum)
{
    struct sip_msg *msg = NULL;
    mbuf_rewind(buffer);
    if (mbuf_write_mem(buffer, (const uint8_t *)bytes, length)) return 0;
    mbuf_set_pos(buffer, 0);
    int fine = sip_msg_decode(&msg, buffer) == 0;
    if (fine && read) fine = read_fields(msg, sum);
    mem_deref(msg);
    return fine;
}
