using System.Collections.Concurrent;
using Gateway.Federation;
using Gateway.Federation.Peers;
using Gateway.Mapping;
using Gateway.Mapping.Errors;
using Gateway.Mapping.Sip;
using Gateway.Sip.Connections;
using Gateway.Sip.Protocol;
using Gateway.Sip.Protocol.Conversations;
using Gateway.Sip.Protocol.Dialogs;
using Gateway.Sip.Protocol.Wire;
using Gateway.Sip.Requests;
using Presence.Core.Model;

namespace Gateway.Sip.Conversations;

/// <summary>
/// All conversations, by the pair of users and by dialog, and the requests that belong to them (RFC 3261 §13 to §15, RFC 3428, field facts C1 to C5). Conversations are memory:
/// after a crash a MESSAGE in one gets 481 and the peer builds another.
/// </summary>
internal sealed class ConversationTable(SipSide side)
{
    // Two stand while one takes over from another (glare, a restart of the peer); a few more may cross on the way.
    private const int LegsMax = 8;

    private readonly ConcurrentDictionary<(Address Sip, Address Xmpp), Conversation> pairs = new();
    private readonly ConcurrentDictionary<DialogKey, ConversationDialog> dialogs = new();

    private volatile bool isEnding;

    public int Count => pairs.Count;

    /// <summary>Dialogs that a request may name now.</summary>
    public int DialogCount => dialogs.Count;

    public void Depart(MessageDeparture departure)
    {
        var passage = departure.Passage;
        while (true)
        {
            if (pairs.Count >= side.Options.ConversationsMax && !pairs.ContainsKey((passage.To, passage.From)))
            {
                departure.Complete(Outcome.Failed(SipFailures.Of(SipReason.QueueFull)));
                return;
            }

            var conversation = Obtain(passage.To, passage.From, departure.Peer);
            if (conversation.TryDepart(departure)) return;
            Forget(conversation);
        }
    }

    public void Depart(ChatStateDeparture departure)
    {
        if (!pairs.TryGetValue((departure.Passage.To, departure.Passage.From), out var conversation)) return;
        conversation.Give(departure.State == ChatState.Gone
            ? new ConversationInput.Close(SipReason.EndedByUs)
            : new ConversationInput.SendTyping(departure.State == ChatState.Composing));
    }

    public void OnAck(SipRequest request, string peer)
    {
        if (dialogs.TryGetValue(KeyOf(request), out var dialog) && dialog.Peer.Name == peer) dialog.Conversation.Give(new ConversationInput.Acknowledged(dialog.Number));
    }

    public void OnMessage(SipConnection connection, SipRequest request, Requester who)
    {
        var isInDialog = !request.ToTagBytes.IsEmpty;
        ConversationDialog? dialog = null;
        if (isInDialog && (dialog = Find(connection, request, who)) is null) return;
        var content = SipToContent.Read(request);
        if (content.Reason != MappingReason.None)
        {
            RefuseBody(connection, request, content.Reason);
            return;
        }

        if (content.State is { } typing) dialog?.Conversation.Give(new ConversationInput.TypingReceived(dialog.Number, typing == ChatState.Composing, (uint)content.RefreshSeconds));
        if (content.Message is null)
        {
            Responder.Plain(connection, request, 200, isInDialog ? null : side.NewTag());
            return;
        }

        dialog?.Conversation.Give(new ConversationInput.MessageReceived(dialog.Number));
        var peer = who.Principal.Peer;
        if (isInDialog) side.Transactions.Watch(connection, request, peer.Name);
        var passage = side.NewPassage(peer.Name, PassageKind.Message, who.From, who.To);
        side.Crossing.Enter(who.Principal, new SipMessageArrival(side, connection, request, peer, isInDialog ? null : side.NewTag(), passage, content.Message));
    }

    public void OnRequest(SipConnection connection, SipRequest request, Requester who)
    {
        if (request.Method == SipMethod.Invite && request.ToTagBytes.IsEmpty)
        {
            OnInvite(connection, request, who);
            return;
        }

        if (Find(connection, request, who) is { } dialog) OnInDialog(connection, request, dialog);
    }

    public void Remember(ConversationDialog dialog) => dialogs[new DialogKey(dialog.CallId, dialog.LocalTag)] = dialog;

    public void Forget(ConversationDialog dialog) => dialogs.TryRemove(new DialogKey(dialog.CallId, dialog.LocalTag), out _);

    public void Forget(Conversation conversation) =>
        pairs.TryRemove(new KeyValuePair<(Address, Address), Conversation>((conversation.SipUser, conversation.XmppUser), conversation));

    public void Sweep()
    {
        var now = side.Now;
        foreach (var (_, conversation) in pairs) conversation.Sweep(now);
    }

    /// <summary>BYE to all, and a moment for the byes to leave.</summary>
    public async Task EndAllAsync(TimeSpan patience)
    {
        isEnding = true;
        using (Transport.SendBatch.Begin())
        {
            foreach (var (_, conversation) in pairs) conversation.Give(new ConversationInput.Close(SipReason.ShuttingDown));
        }

        await side.WhenQuietAsync(() => pairs.IsEmpty, patience);

        // Whoever still waits is told that it was not delivered.
        foreach (var (_, conversation) in pairs) conversation.Give(new ConversationInput.Close(SipReason.ShuttingDown, AtOnce: true));
    }

    private void OnInvite(SipConnection connection, SipRequest request, Requester who)
    {
        if (isEnding)
        {
            side.Requests.Responder.Refuse(connection, request, FederationReasons.FailureOf(FederationReason.Draining), who.Principal.Peer, SipRequestKind.Invite);
            return;
        }

        if (!HasRoom(who))
        {
            side.Requests.Responder.Refuse(connection, request, 480, SipReason.Overloaded.PublicName(), "Too many conversations are held here.", null, 30);
            side.Refused(who.Principal.Peer.Name, SipReason.Overloaded.PublicName(), "More conversations, or more dialogs of one pair of users, than the bound.");
            return;
        }

        var judged = InviteJudge.Judge(request);
        if (!judged.IsAcceptable)
        {
            RefuseInvite(connection, request, judged);
            return;
        }

        if (!SessionTimer.TryAnswer(request, out var sessionExpires, out var seconds))
        {
            side.Requests.Responder.Refuse(connection, request, 422, SipReason.SessionNotAcceptable.PublicName(), "The session interval is too small.",
                writer => writer.Header(SipHeaderId.MinSE, SessionTimer.SecondsMin));
            return;
        }

        var tag = side.NewTag();
        var fault = Dialog.TryAccept(request, tag, side.Own, out var state);
        if (fault != SipReason.None)
        {
            side.Requests.Responder.Refuse(connection, request, 400, fault.PublicName(), "The request cannot make a dialog.");
            return;
        }

        var types = judged.Offer?.Message?.AcceptTypes ?? [];
        var typing = Typing.Choose(types, request.FirstText(SipHeaderId.UserAgent), SipDialect.ByName(who.Principal.Peer.Profile) ?? SipDialect.Generic);
        var description = judged.Offer?.WriteAnswer(side.Options.Fqdn, side.Options.AdvertisedPort, Mapping.Addresses.SipAddresses.ToUri(who.To))
            ?? SessionDescription.WriteOffer(side.Options.Fqdn, side.Options.AdvertisedPort);
        Join(connection, request, who, state, description, sessionExpires, typing, seconds);
    }

    private bool HasRoom(Requester who) =>
        pairs.TryGetValue((who.From, who.To), out var known) ? known.LegCount < LegsMax : pairs.Count < side.Options.ConversationsMax;

    private void Join(
        SipConnection connection, SipRequest request, Requester who, DialogState state, byte[] description, string? sessionExpires, TypingMode typing, uint seconds)
    {
        void WriteHeaders(SipWriter writer)
        {
            Responder.WriteAllow(writer);
            writer.Header(SipHeaderId.UserAgent, side.Options.UserAgent);
            if (sessionExpires is null) return;
            writer.Header(SipHeaderId.Require, "timer");
            writer.Header(SipHeaderId.SessionExpires, sessionExpires);
        }

        while (true)
        {
            var conversation = Obtain(who.From, who.To, who.Principal.Peer);
            ConversationDialog Make(int number) => new(conversation, number, who.Principal.Peer, request.CallId, state.Id.LocalTag)
            {
                State = state, Connection = connection, LocalDescription = description,
            };
            if (conversation.TryInvite(connection, request, Make, WriteHeaders, typing, seconds)) return;
            Forget(conversation);
        }
    }

    private void OnInDialog(SipConnection connection, SipRequest request, ConversationDialog dialog)
    {
        switch (request.Method)
        {
            case SipMethod.Bye:
                Responder.Plain(connection, request, 200);
                dialog.Conversation.Give(new ConversationInput.Bye(dialog.Number));
                break;
            case SipMethod.Info:
                var content = SipToContent.Read(request);
                Responder.Plain(connection, request, 200);
                if (content.State is { } typing) dialog.Conversation.Give(new ConversationInput.TypingReceived(dialog.Number, typing == ChatState.Composing, (uint)content.RefreshSeconds));
                break;
            default:
                // re-INVITE and UPDATE: the same description again, counted as a refresh (RFC 3261 §14.2, RFC 3311).
                SessionTimer.TryAnswer(request, out var expires, out var seconds);
                var body = request.Method == SipMethod.Invite || !request.Body.IsEmpty ? dialog.LocalDescription : [];
                side.Requests.Responder.Dialog(connection, request, 200, "", writer =>
                {
                    if (expires is not null) writer.Header(SipHeaderId.SessionExpires, expires);
                }, body, "application/sdp");
                dialog.Conversation.Give(new ConversationInput.Refreshed(dialog.Number, seconds));
                break;
        }
    }

    // The leg a request names; answers 481 or 500 itself. Another peer's ids are no dialog (design law 11).
    private ConversationDialog? Find(SipConnection connection, SipRequest request, Requester who)
    {
        if (!dialogs.TryGetValue(KeyOf(request), out var dialog) || dialog.Peer.Name != who.Principal.Peer.Name)
        {
            side.Requests.Responder.Refuse(connection, request, 481, SipReason.DialogUnknown.PublicName(), "This conversation is not known here.");
            return null;
        }

        var fault = dialog.Conversation.Receive(dialog, connection, request);
        if (fault == SipReason.None) return dialog;
        side.Requests.Responder.Refuse(connection, request, fault == SipReason.DialogUnknown ? 481 : 500, fault.PublicName(), "CSeq went back.");
        return null;
    }

    private Conversation Obtain(Address sipUser, Address xmppUser, PeerModel peer) => pairs.GetOrAdd(
        (sipUser, xmppUser),
        static (pair, made) => new Conversation(made.Side, made.Table, pair.Sip, pair.Xmpp, made.Peer),
        (Side: side, Table: this, Peer: peer));

    private void RefuseBody(SipConnection connection, SipRequest request, MappingReason reason)
    {
        var status = reason switch
        {
            MappingReason.BodyTypeUnsupported => 415,
            MappingReason.BodyTooLarge => 413,
            _ => 400,
        };
        side.Requests.Responder.Refuse(connection, request, status, MappingReasons.NameOf(reason), "The message's body cannot be carried.",
            writer =>
            {
                if (status == 415) writer.Header(SipHeaderId.Accept, SipContent.AcceptedTypes);
            });
    }

    private void RefuseInvite(SipConnection connection, SipRequest request, InviteJudgement judged) =>
        side.Requests.Responder.Refuse(connection, request, judged.Status, judged.Reason.PublicName(), "Only instant messages of two users are carried.",
            writer =>
            {
                if (judged.Unsupported is { } unsupported) writer.Header(SipHeaderId.Unsupported, unsupported);
                if (judged.Status == 415) writer.Header(SipHeaderId.Accept, "application/sdp");
                // The client's own diagnosis for this, so that it falls back quietly (field fact C1).
                if (judged.Status == 488) writer.Header(SipHeaderId.MsClientDiagnostics, "52063;reason=\"Unsupported session description\"");
            });

    private static DialogKey KeyOf(SipRequest request) => new(request.CallId, request.ToTag);
}
