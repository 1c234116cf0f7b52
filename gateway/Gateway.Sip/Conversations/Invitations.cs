using Gateway.Federation;
using Gateway.Federation.Peers;
using Gateway.Mapping.Addresses;
using Gateway.Mapping.Errors;
using Gateway.Sip.Connections;
using Gateway.Sip.Protocol;
using Gateway.Sip.Protocol.Conversations;
using Gateway.Sip.Protocol.Dialogs;
using Gateway.Sip.Protocol.Wire;
using Gateway.Sip.Requests;

namespace Gateway.Sip.Conversations;

/// <summary>
/// INVITE, re-INVITE and UPDATE of peers: what is accepted, and how the rest is refused so that the client falls back and a session that stands goes on
/// (RFC 3261 §13.3, §14.2, RFC 3311, RFC 4028, field facts C1 and C2).
/// </summary>
internal sealed class Invitations(SipSide side, ConversationTable table)
{
    // Two stand while one takes over from another (glare, a restart of the peer); a few more may cross on the way.
    private const int LegsMax = 8;

    public void OnInvite(SipConnection connection, SipRequest request, Requester who, bool isEnding)
    {
        if (isEnding)
        {
            side.Requests.Responder.Refuse(connection, request, FederationReasons.FailureOf(FederationReason.Draining), who.Principal.Peer, SipRequestKind.Invite);
            return;
        }

        if (!HasRoom(who))
        {
            side.Requests.Responder.Refuse(connection, request, 480, SipReason.Overloaded.PublicName(), "Too many conversations are held here.", null, 30, isTold: true);
            side.Refused(who.Principal.Peer.Name, SipReason.Overloaded.PublicName(), "More conversations, or more dialogs of one pair of users, than the bound.");
            return;
        }

        if (!TryJudge(connection, request, out var judged, out var terms)) return;
        var tag = side.NewTag();
        var fault = Dialog.TryAccept(request, tag, side.Own, out var state);
        if (fault != SipReason.None)
        {
            side.Requests.Responder.Refuse(connection, request, 400, fault.PublicName(), "The request cannot make a dialog.", phrase: FaultPhrases.Of(fault, request));
            return;
        }

        var description = judged.Offer?.WriteAnswer(side.Options.Fqdn, side.Options.AdvertisedPort, SipAddresses.ToUri(who.To))
            ?? SessionDescription.WriteOffer(side.Options.Fqdn, side.Options.AdvertisedPort);
        Join(connection, request, who, state, description, terms, judged.Offer);
    }

    /// <summary>re-INVITE or UPDATE in a dialog that stands.</summary>
    public void OnRefresh(SipConnection connection, SipRequest request, Requester who, ConversationDialog dialog)
    {
        if (!TryJudge(connection, request, out var judged, out var terms)) return;
        TypingMode? typing = judged.Offer is null ? null : TypingOf(request, judged.Offer, who.Principal.Peer);
        var fault = dialog.Conversation.TryRefresh(dialog, request, judged.Offer, terms, typing, description =>
            side.Requests.Responder.Dialog(connection, request, 200, "", writer => WriteAccepted(writer, request, terms), description, "application/sdp"));
        if (fault != SipReason.None) side.Requests.Responder.Refuse(connection, request, 491, fault.PublicName(), "An offer of this side waits for its answer.");
    }

    private static TypingMode TypingOf(SipRequest request, SessionDescription? offer, PeerModel peer) =>
        Typing.Choose(offer?.Message?.AcceptTypes ?? [], request.FirstText(SipHeaderId.UserAgent), SipDialect.ByName(peer.Profile) ?? SipDialect.Generic);

    private bool TryJudge(SipConnection connection, SipRequest request, out InviteJudgement judged, out SessionTerms terms)
    {
        terms = SessionTerms.None;
        judged = InviteJudge.Judge(request);
        if (!judged.IsAcceptable)
        {
            Refuse(connection, request, judged);
            return false;
        }

        if (SessionTimer.TryAnswer(request, out terms)) return true;
        side.Requests.Responder.Refuse(connection, request, 422, SipReason.SessionNotAcceptable.PublicName(), "The session interval is too small.",
            writer => writer.Header(SipHeaderId.MinSE, SessionTimer.SecondsMin));
        return false;
    }

    private bool HasRoom(Requester who) =>
        table.Peek(who.From, who.To) is { } known ? known.LegCount < LegsMax : table.Count < side.Options.ConversationsMax;

    private void Join(
        SipConnection connection, SipRequest request, Requester who, DialogState state, byte[] description, SessionTerms terms, SessionDescription? offer)
    {
        var peer = who.Principal.Peer;
        var typing = TypingOf(request, offer, peer);
        while (true)
        {
            var conversation = table.Obtain(who.From, who.To, peer);
            ConversationDialog Make(int number) => new(conversation, number, peer, request.CallId, state.Id.LocalTag)
            {
                State = state, Connection = connection, LocalDescription = description, IsOfferOut = offer is null, TakesUpdate = request.Lists(SipHeaderId.Allow, "UPDATE"u8),
                TakesHtml = offer?.Message is { NamesHtml: true },
            };
            if (conversation.TryInvite(connection, request, Make, writer => WriteAccepted(writer, request, terms), typing, terms)) return;
            table.Forget(conversation);
        }
    }

    // RFC 3261 §13.3.1.4: Allow and Supported; RFC 4028 §9: the timer that was agreed.
    private void WriteAccepted(SipWriter writer, SipRequest request, SessionTerms terms)
    {
        Responder.WriteAllow(writer);
        writer.Header(SipHeaderId.Supported, "timer");
        writer.Header(SipHeaderId.UserAgent, side.Options.UserAgent);
        if (terms.Seconds == 0) return;
        if (SessionTimer.IsRequiredOf(request)) writer.Header(SipHeaderId.Require, "timer");
        writer.Header(SipHeaderId.SessionExpires, SessionTimer.InAnswer(terms));
    }

    private void Refuse(SipConnection connection, SipRequest request, InviteJudgement judged) =>
        side.Requests.Responder.Refuse(connection, request, judged.Status, judged.Reason.PublicName(), "Only instant messages of two users are carried.", writer =>
        {
            if (judged.Unsupported is { } unsupported) writer.Header(SipHeaderId.Unsupported, unsupported);
            if (judged.Reason == SipReason.EncodingUnsupported) writer.Header(SipHeaderId.AcceptEncoding, "identity");
            else if (judged.Status == 415) writer.Header(SipHeaderId.Accept, "application/sdp");
            if (judged.Status != 488) return;

            // RFC 3261 §13.3.1.3: why, by code and in words; and the client's own diagnosis for it, so that it falls back quietly (field fact C1).
            var code = judged.Reason == SipReason.AudioVideoRefused ? 304 : 399;
            writer.Header(SipHeaderId.Warning, $"{code} {side.Options.Fqdn} \"Only instant messages of two users are carried\"");
            writer.Header(SipHeaderId.MsClientDiagnostics, "52063;reason=\"Unsupported session description\"");
        });
}
