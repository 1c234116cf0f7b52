using System.Buffers;
using Gateway.Sip.Protocol.Wire;

namespace Gateway.Sip.Protocol.Dialogs;

/// <summary>
/// Starts a request outside any dialog (RFC 3261 §8.1.1): initial INVITE and SUBSCRIBE with Record-Route and Contact naming us, pager MESSAGE,
/// OPTIONS.
/// </summary>
public static class NewRequest
{
    public static SipWriter Start(
        IBufferWriter<byte> output, SipMethod method, string requestUri, string from, string localTag, string to, string callId, uint cseq, string branch, OwnHop own)
    {
        var writer = SipWriter.Request(output, method, requestUri);
        writer.Via(own.Transport, own.SentBy, branch);
        writer.Header(SipHeaderId.MaxForwards, 70u);
        if (method is SipMethod.Invite or SipMethod.Subscribe) writer.Header(SipHeaderId.RecordRoute, own.RecordRoute);
        writer.Tagged(SipHeaderId.From, from, localTag);
        writer.Header(SipHeaderId.To, to);
        writer.Header(SipHeaderId.CallId, callId);
        writer.CSeq(cseq, method);
        if (Dialog.RefreshesTarget(method) || method == SipMethod.Options) writer.Header(SipHeaderId.Contact, own.Contact);
        if (own.UserAgent is not null) writer.Header(SipHeaderId.UserAgent, own.UserAgent);
        return writer;
    }
}
