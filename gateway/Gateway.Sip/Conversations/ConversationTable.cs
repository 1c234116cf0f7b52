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
internal sealed class ConversationTable
{
    private readonly SipSide side;
    private readonly Invitations invitations;
    private readonly PagerTyping pagers;
    private readonly ConcurrentDictionary<(Address Sip, Address Xmpp), Conversation> pairs = new();
    private readonly ConcurrentDictionary<DialogKey, ConversationDialog> dialogs = new();

    private volatile bool isEnding;

    public ConversationTable(SipSide side) => (this.side, invitations, pagers) = (side, new Invitations(side, this), new PagerTyping(side));

    public int Count => pairs.Count;

    /// <summary>Dialogs that a request may name now.</summary>
    public int DialogCount => dialogs.Count;

    /// <summary>The connection each dialog uses now, for status.</summary>
    public IEnumerable<SipConnection> Carriers => dialogs.Values.Select(d => d.Connection).OfType<SipConnection>();

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
            if (departure.Tried > 0 && conversation.Peer.Name != departure.Peer.Name)
            {
                // The peer it is held with cannot be reached: by the back-up it begins anew.
                Forget(conversation);
                conversation.Give(new ConversationInput.Close(SipReason.PeerLost, AtOnce: true));
                continue;
            }

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

    /// <summary>Says it in words where a session stands, and nowhere else; nobody hears whether that arrived.</summary>
    public void Depart(LateFailureDeparture departure)
    {
        if (pairs.TryGetValue((departure.Passage.To, departure.Passage.From), out var conversation)) conversation.Tell(LateWords.Of(departure.Failure));
    }

    public void OnAck(SipRequest request, string peer)
    {
        if (dialogs.TryGetValue(KeyOf(request), out var dialog) && dialog.Peer.Name == peer) dialog.Conversation.Acknowledge(dialog);
    }

    public void OnMessage(SipConnection connection, SipRequest request, Requester who)
    {
        var isInDialog = !request.ToTagBytes.IsEmpty;
        ConversationDialog? dialog = null;
        if (isInDialog && (dialog = Find(connection, request, who)) is null) return;
        if (!SipBody.IsPlainlyEncoded(request))
        {
            RefuseEncoding(connection, request);
            return;
        }

        var content = SipToContent.Read(request);
        if (content.Reason == MappingReason.BodyTypeUnsupported && SipBody.IsOptional(request)) content = default;
        if (content.Reason != MappingReason.None)
        {
            RefuseBody(connection, request, content.Reason);
            return;
        }

        if (content.State is { } typing) OnTyping(dialog, who, typing == ChatState.Composing, content.RefreshSeconds);
        if (content.Message is not { } message)
        {
            Responder.Plain(connection, request, 200, isInDialog ? null : side.NewTag());
            return;
        }

        if (dialog is not null) dialog.Conversation.Give(new ConversationInput.MessageReceived(dialog.Number));
        else pagers.Spoke(who.From, who.To);
        if (request.Has(SipHeaderId.Expires) || request.Has(SipHeaderId.Date))
        {
            if (IsExpired(connection, request)) return;
            message = message with { DelayedSince = DelayOf(request) };
        }

        var peer = who.Principal.Peer;
        if (isInDialog) side.Transactions.Watch(connection, request, peer.Name);
        var passage = side.NewPassage(peer.Name, PassageKind.Message, who.From, who.To);
        var arrival = new SipMessageArrival(side, connection, request, peer, dialog, passage, message);
        dialog?.Waits(arrival);
        side.Crossing.Enter(who.Principal, arrival);
    }

    public void OnRequest(SipConnection connection, SipRequest request, Requester who)
    {
        if (request.Method == SipMethod.Invite && request.ToTagBytes.IsEmpty)
        {
            invitations.OnInvite(connection, request, who, isEnding);
            return;
        }

        if (Find(connection, request, who) is { } dialog) OnInDialog(connection, request, who, dialog);
    }

    public void Remember(ConversationDialog dialog) => dialogs[new DialogKey(dialog.CallId, dialog.LocalTag)] = dialog;

    public void Forget(ConversationDialog dialog) => dialogs.TryRemove(new DialogKey(dialog.CallId, dialog.LocalTag), out _);

    public void Forget(Conversation conversation) =>
        pairs.TryRemove(new KeyValuePair<(Address, Address), Conversation>((conversation.SipUser, conversation.XmppUser), conversation));

    public void Sweep()
    {
        var now = side.Now;
        foreach (var (_, conversation) in pairs) conversation.Sweep(now);
        pagers.Sweep(now);
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

    private void OnInDialog(SipConnection connection, SipRequest request, Requester who, ConversationDialog dialog)
    {
        switch (request.Method)
        {
            case SipMethod.Bye:
                Responder.Plain(connection, request, 200);
                dialog.Conversation.Give(new ConversationInput.Bye(dialog.Number));
                break;
            case SipMethod.Info when !SipBody.IsPlainlyEncoded(request):
                RefuseEncoding(connection, request);
                break;
            case SipMethod.Info:
                var content = SipToContent.Read(request);
                Responder.Plain(connection, request, 200);
                if (content.State is { } typing) OnTyping(dialog, who, typing == ChatState.Composing, content.RefreshSeconds);
                break;
            default:
                invitations.OnRefresh(connection, request, who, dialog);
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
        if (fault == SipReason.CSeqOutOfOrder && request.Method == SipMethod.Message && dialog.TryRepeat(connection, request)) return null;
        var text = fault switch
        {
            SipReason.CSeqOutOfOrder => "CSeq went back.",
            SipReason.RequestPending => "An invitation of this side waits for its answer.",
            _ => "This conversation is not known here.",
        };

        // RFC 3261 §14.2: what was overtaken on another connection may be asked again, a little later and under a new number.
        int? after = fault == SipReason.CSeqOutOfOrder && request.Method is (SipMethod.Invite or SipMethod.Update) ? (int)(10 * side.Jitter()) : null;
        side.Requests.Responder.Refuse(connection, request, SipReasonAnswers.StatusOf(fault), fault.PublicName(), text, null, after);
        return null;
    }

    /// <summary>The conversation of a pair, if there is one.</summary>
    public Conversation? Peek(Address sipUser, Address xmppUser) => pairs.GetValueOrDefault((sipUser, xmppUser));

    /// <summary>The conversation of a pair, a new one if there is none.</summary>
    public Conversation Obtain(Address sipUser, Address xmppUser, PeerModel peer) => pairs.GetOrAdd(
        (sipUser, xmppUser),
        static (pair, made) => new Conversation(made.Side, made.Table, pair.Sip, pair.Xmpp, made.Peer),
        (Side: side, Table: this, Peer: peer));

    private void OnTyping(ConversationDialog? dialog, Requester who, bool isTyping, int refreshSeconds)
    {
        if (dialog is null) pagers.Receive(who.Principal, who.From, who.To, isTyping, refreshSeconds);
        else dialog.Conversation.Give(new ConversationInput.TypingReceived(dialog.Number, isTyping, (uint)refreshSeconds));
    }

    // RFC 3428 §7 leaves it to us: what its sender wants shown no longer is not shown, and the sender is told.
    private bool IsExpired(SipConnection connection, SipRequest request)
    {
        if (DateHeader.EndOf(request, side.Now) is not { } end || side.Now <= end) return false;
        side.Requests.Responder.Refuse(connection, request, 480, SipReason.MessageExpired.PublicName(), "The message came after its time.");
        return true;
    }

    // Held somewhere on the way: the reader sees when it was written. Clocks differ by less than this.
    private DateTimeOffset? DelayOf(SipRequest request) =>
        DateHeader.TryRead(request.First(SipHeaderId.Date), out var date) && side.Now - date > TimeSpan.FromMinutes(5) ? date : null;

    private void RefuseEncoding(SipConnection connection, SipRequest request) =>
        side.Requests.Responder.Refuse(connection, request, 415, SipReason.EncodingUnsupported.PublicName(), "Bodies are read as they are.",
            writer => writer.Header(SipHeaderId.AcceptEncoding, "identity"));

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

    private static DialogKey KeyOf(SipRequest request) => new(request.CallId, request.ToTag);
}
