using System.Buffers;
using Gateway.Sip.Protocol.Wire;

namespace Gateway.Sip.Protocol.Transactions;

/// <summary>The two requests that a client transaction makes out of its own INVITE: ACK of a failure and CANCEL.</summary>
public static class FollowUps
{
    /// <summary>RFC 3261 §17.1.1.3: same Request-URI, top Via, From, Call-ID, CSeq number and Routes; To of the response.</summary>
    public static void WriteAck(IBufferWriter<byte> output, SipRequest invite, SipResponse failure) =>
        Write(output, invite, SipMethod.Ack, failure);

    /// <summary>RFC 3261 §9.1: the same with To of the request. Not before a provisional has come.</summary>
    public static void WriteCancel(IBufferWriter<byte> output, SipRequest invite) => Write(output, invite, SipMethod.Cancel, invite);

    private static void Write(IBufferWriter<byte> output, SipRequest invite, SipMethod method, SipMessage toSource)
    {
        var writer = SipWriter.Request(output, method.Utf8Name(), invite.UriBytes);
        foreach (var via in invite.All(SipHeaderId.Via))
        {
            writer.Header(SipHeaderId.Via, via);
            break;
        }

        writer.CopyAll(invite, SipHeaderId.Route);
        writer.Header(SipHeaderId.MaxForwards, 70u);
        writer.Header(SipHeaderId.From, invite.First(SipHeaderId.From));
        writer.Header(SipHeaderId.To, toSource.First(SipHeaderId.To));
        writer.Header(SipHeaderId.CallId, invite.CallIdBytes);
        writer.CSeq(invite.CSeq.Number, method);
        writer.End();
    }
}
