using Gateway.Sip.Protocol.Conversations;
using Gateway.Sip.Protocol.Dialogs;
using Gateway.Sip.Protocol.Transactions;
using Gateway.Sip.Protocol.Wire;

namespace Sip.Protocol.Tests;

/// <summary>Asks a message everything the room can read out of one: whatever the bytes, no answer may be an exception.</summary>
internal static class Ask
{
    public static void Everything(SipMessage message)
    {
        var asked = new HashSet<SipHeaderId>();
        for (var i = 0; i < message.HeaderCount; i++)
        {
            var line = message.HeaderAt(i);
            if (!asked.Add(line.Id)) continue;
            foreach (var value in message.All(line.Id)) Value(value);
            foreach (var value in message.Lines(line.Id)) Value(value);
        }

        _ = (message.CallId, message.FromTag, message.ToTag, message.CSeq, message.ExpiresSeconds, message.MinExpiresSeconds, message.MaxForwards);
        _ = (message.TryFrom(out _), message.TryTo(out _), message.TryContact(out _), message.TryTopVia(out _), message.TryContentType(out _));
        _ = (RetryAfterHeader.SecondsOf(message), MsDiagnostics.All(message).Count, AcceptList.Allows(message, "application/pidf+xml", true));
        _ = SessionDescription.TryRead(message.Body.Span, out _);
        if (message is SipResponse response)
        {
            _ = (response.ReasonPhrase, TransactionKey.Client(response), DialogId.OfResponse(response), Dialog.TryEstablish(response, new OwnHop("gw.example"), out _));
        }
        else if (message is SipRequest request)
        {
            _ = (request.MethodName, request.UriText, request.TryUri(out _), TransactionKey.Server(request), TransactionKey.Merge(request));
            _ = (InviteJudge.Judge(request), SessionTimer.TryAnswer(request, out _));
            _ = Dialog.TryAccept(request, "tag", new OwnHop("gw.example"), out _);
        }
    }

    private static void Value(ReadOnlySpan<byte> value)
    {
        _ = NameAddress.TryRead(value, out _);
        _ = NameAddress.TagOf(value);
        _ = Via.TryRead(value, out _);
        _ = Via.BranchOf(value);
        _ = SipUri.TryRead(value, out _);
        _ = MediaType.TryRead(value, out _);
        _ = EventHeader.TryRead(value, out _);
        _ = SubscriptionStateHeader.TryRead(value, out _);
        _ = WarningHeader.TryRead(value, out _);
        _ = MsDiagnostics.TryRead(value, out _);
        _ = MsTextFormat.TryRead(value, out _);
        _ = CSeq.TryRead(value, out _, out _);
    }
}
