using Gateway.Sip.Connections;
using Gateway.Sip.Protocol;
using Gateway.Sip.Protocol.Conversations;
using Gateway.Sip.Protocol.Dialogs;
using Gateway.Sip.Protocol.Wire;

namespace Gateway.Sip.Conversations;

/// <summary>Refreshes of the session, theirs and ours (RFC 3261 §14, RFC 3311, RFC 4028), and the ACK of what we accepted.</summary>
internal sealed partial class Conversation
{
    /// <summary>The ACK of our 2xx: nothing of it is kept any more.</summary>
    public void Acknowledge(ConversationDialog dialog)
    {
        lock (gate)
        {
            (dialog.RepeatAccept, dialog.IsOfferOut) = (null, false);
            Step(new ConversationInput.Acknowledged(dialog.Number));
        }

        HandOver();
    }

    /// <summary>
    /// An acceptable re-INVITE or UPDATE of the peer: <paramref name="accept"/> sends our 2xx. A refusal when it meets an offer of ours; the session stays as it was.
    /// </summary>
    public SipReason TryRefresh(ConversationDialog dialog, SipRequest request, SessionDescription? offer, SessionTerms terms, TypingMode? typing, Action<byte[]> accept)
    {
        lock (gate)
        {
            var isInvite = request.Method == SipMethod.Invite;
            if ((isInvite || offer is not null) && dialog.IsGlare(request.Method)) return SipReason.RequestPending;

            // The same offer gets the same answer, byte for byte; another one a new version (RFC 3264 section 8).
            if (offer is not null) dialog.Answer(offer, side.Options.Fqdn, side.Options.AdvertisedPort, Mapping.Addresses.SipAddresses.ToUri(XmppUser));
            var description = isInvite || offer is not null ? dialog.LocalDescription : [];
            if (isInvite) (dialog.IsOfferOut, dialog.RepeatAccept) = (offer is null, () => accept(description));
            if (request.Has(SipHeaderId.Allow)) dialog.TakesUpdate = request.Lists(SipHeaderId.Allow, "UPDATE"u8);
            accept(description);
            Step(new ConversationInput.Refreshed(dialog.Number, terms, isInvite, typing));
        }

        HandOver();
        return SipReason.None;
    }

    public void OnRefreshResponse(int leg, Refreshing asked, SipResponse response)
    {
        lock (gate)
        {
            if (Find(leg) is not { State: { } current } dialog) return;

            // Each 2xx of a re-INVITE is acknowledged, a repeated one too.
            if (response.IsSuccess && asked.Method == SipMethod.Invite) SendAck(dialog, response.CSeq.Number);
            if (dialog.Refresh != asked) return;
            dialog.Refresh = null;
            dialog.State = Dialog.ReceiveAnswer(current, response);
            var terms = response.IsSuccess ? SessionTimer.Of(response) : SessionTerms.None;
            Step(new ConversationInput.RefreshAnswered(leg, response.Status, terms, PauseOfGlare(current), SessionTimer.LeastOf(response)));
        }

        HandOver();
    }

    public void OnRefreshFailed(int leg, Refreshing asked, SipReason reason)
    {
        lock (gate)
        {
            if (Find(leg) is not { } dialog || dialog.Refresh != asked) return;
            dialog.Refresh = null;

            // RFC 4028 section 10: a refresh that nobody answers is answered 408; one that could not leave is tried again.
            Step(new ConversationInput.RefreshAnswered(leg, reason == SipReason.TransactionTimeout ? 408 : 0, SessionTerms.None));
        }

        HandOver();
    }

    // RFC 3261 section 14.1: who made the Call-ID waits longer, so that the two do not meet again.
    private TimeSpan PauseOfGlare(DialogState dialog) => TimeSpan.FromSeconds(dialog.IsCaller ? 2.1 + (1.9 * side.Jitter()) : 2 * side.Jitter());
}
