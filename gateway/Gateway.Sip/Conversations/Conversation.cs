using Gateway.Federation;
using Gateway.Federation.Peers;
using Gateway.Mapping.Addresses;
using Gateway.Mapping.Sip;
using Gateway.Sip.Connections;
using Gateway.Sip.Protocol;
using Gateway.Sip.Protocol.Conversations;
using Gateway.Sip.Protocol.Dialogs;
using Gateway.Sip.Protocol.Transactions;
using Gateway.Sip.Protocol.Wire;
using Gateway.Sip.Requests;
using Presence.Core.Model;
using Machine = Gateway.Sip.Protocol.Conversations.Conversation;

namespace Gateway.Sip.Conversations;

/// <summary>
/// The conversation of one SIP user with one XMPP user: the shell around the conversation machine. Under one gate it steps the machine and writes what it asks for; whatever
/// leaves the SIP side (outcomes, typing) is handed over after the gate is open again, so that no two sides ever wait for each other.
/// </summary>
internal sealed partial class Conversation(SipSide side, ConversationTable table, Address sipUser, Address xmppUser, PeerModel peer)
{
    private readonly Lock gate = new();
    private readonly List<ConversationDialog> dialogs = new(1);
    private readonly Dictionary<long, Piece> pieces = [];
    private readonly Queue<Action> outside = new();
    private readonly ConversationOptions options = OptionsOf(side, peer);
    private ConversationState state = ConversationState.New;
    private DateTimeOffset due = DateTimeOffset.MaxValue;
    private Failure? lastFailure;
    private long lastPiece;
    private int steps;
    private bool isHandingOver;
    private (SipConnection Connection, SipRequest Request, Func<int, ConversationDialog> Make, Action<SipWriter> Headers)? invited;

    // No departure: words of our own, whose fate nobody waits for.
    private readonly record struct Piece(MessageDeparture? Departure, bool IsLast, bool IsFirst, byte[]? Html = null, bool MayBeShown = false);

    public Address SipUser { get; } = sipUser;

    public Address XmppUser { get; } = xmppUser;

    public PeerModel Peer { get; } = peer;

    /// <summary>Dialogs it has now.</summary>
    public int LegCount => state.Legs.Length;

    /// <summary>Takes a message. False when this conversation is over: the caller opens another.</summary>
    public bool TryDepart(MessageDeparture departure)
    {
        var dialect = DialectOf(Peer);
        var bodies = ContentToSip.Bodies(departure.Content, dialect.MessageCharsMax);
        var html = dialect.ShowsHtml ? ContentToSip.Html(departure.Content, dialect.MessageCharsMax) : null;
        lock (gate)
        {
            // Gone was said, but not yet done, because something still waits: what comes now follows it, and is heard of with it.
            if (state.Closing == SipReason.EndedByUs && state.HasWork) state = state with { Closing = SipReason.None };
            if (state.IsEnded || state.Closing != SipReason.None) return false;
            for (var i = 0; i < bodies.Count; i++)
            {
                pieces[++lastPiece] = new Piece(departure, i == bodies.Count - 1, i == 0, html);
                Step(new ConversationInput.Send(new OutgoingMessage(lastPiece, ContentToSip.ContentType, bodies[i])));
            }
        }

        HandOver();
        return true;
    }

    /// <summary>Says something of our own to the SIP user, if a session stands; it begins none.</summary>
    public void Tell(string words)
    {
        lock (gate)
        {
            if (state.IsEnded || state.Closing != SipReason.None || !state.IsTalking) return;
            pieces[++lastPiece] = new Piece(null, true, true);
            Step(new ConversationInput.Send(new OutgoingMessage(lastPiece, ContentToSip.ContentType, ContentToSip.Encode(words), Attempts: 1)));
        }

        HandOver();
    }

    /// <summary>Gives the machine one input from outside.</summary>
    public void Give(ConversationInput input)
    {
        lock (gate) Step(input);
        HandOver();
    }

    /// <summary>A second has passed; the machine is asked only when it wants to be.</summary>
    public void Sweep(DateTimeOffset now)
    {
        if (now >= due) Give(new ConversationInput.Tick());
    }

    /// <summary>An acceptable INVITE of the peer; <paramref name="make"/> makes its dialog when the machine has given the leg a number.</summary>
    public bool TryInvite(
        SipConnection connection, SipRequest request, Func<int, ConversationDialog> make, Action<SipWriter> headers, TypingMode typing, SessionTerms session)
    {
        lock (gate)
        {
            if (state.IsEnded && state.LastLeg > 0) return false;
            invited = (connection, request, make, headers);
            Step(new ConversationInput.Invited(typing, session));
            invited = null;
        }

        HandOver();
        return true;
    }

    /// <summary>A request in a leg: its number must go up (RFC 3261 §12.2.2).</summary>
    public SipReason Receive(ConversationDialog dialog, SipConnection connection, SipRequest request)
    {
        lock (gate)
        {
            // RFC 3261 §14.2: an INVITE that meets ours, which has no answer yet.
            if (dialog.State is null && request.Method is (SipMethod.Invite or SipMethod.Update)) return SipReason.RequestPending;
            if (dialog.State is null || !System.Text.Ascii.Equals(request.FromTagBytes, dialog.State.Id.RemoteTag)) return SipReason.DialogUnknown;
            var fault = Dialog.TryReceive(dialog.State, request, out var next);
            if (fault == SipReason.None) (dialog.State, dialog.Connection) = (next, connection);
            return fault;
        }
    }

    public void OnInviteResponse(int leg, SipResponse response, SipConnection? connection)
    {
        lock (gate)
        {
            var dialog = Find(leg);
            if (response.IsProvisional)
            {
                Step(new ConversationInput.Ringing(leg));
            }
            else if (response.IsSuccess)
            {
                OnAccepted(dialog, leg, response, connection);
            }
            else
            {
                lastFailure = SipFailures.Of(response);
                if (dialog is not null) Remove(dialog);
                Step(new ConversationInput.InviteFailed(leg, response.Status));
            }
        }

        HandOver();
    }

    public void OnInviteFailed(int leg, SipReason reason, LinkFailure failure)
    {
        lock (gate)
        {
            lastFailure = SipFailures.Of(failure);
            if (Find(leg) is { } dialog) Remove(dialog);
            Step(new ConversationInput.InviteFailed(leg, reason == SipReason.TransactionTimeout ? 408 : 0));
        }

        HandOver();
    }

    public void OnMessageResponse(int leg, SipResponse response)
    {
        lock (gate)
        {
            if (!IsPlainOwed(leg, response))
            {
                if (!response.IsSuccess) lastFailure = SipFailures.Of(response);
                if (response.Status == 408 && state.Outstanding is { } doubtful && pieces.TryGetValue(doubtful.Id, out var piece)) pieces[doubtful.Id] = piece with { MayBeShown = true };
                Step(new ConversationInput.MessageAnswered(leg, response.Status));
            }
        }

        HandOver();
    }

    public void OnMessageLost(int leg, bool wasWritten, LinkFailure failure)
    {
        lock (gate)
        {
            lastFailure = SipFailures.Of(failure);
            Step(new ConversationInput.MessageLost(leg, wasWritten));
        }

        HandOver();
    }

    private void OnAccepted(ConversationDialog? dialog, int leg, SipResponse response, SipConnection? connection)
    {
        if (dialog is not null)
        {
            (dialog.Accepted, dialog.Connection) = (response, connection ?? dialog.Connection);
            if (dialog.Invite is { } invite && invite.Latest != invite) dialog.Preferred = connection;
            dialog.TakesUpdate = response.Lists(SipHeaderId.Allow, "UPDATE"u8);
            if (dialog.State is null && Dialog.TryEstablish(response, side.Own, out var made) is var fault)
            {
                if (fault != SipReason.None)
                {
                    GiveUp(dialog, response, fault);
                    return;
                }

                dialog.State = made;
            }
        }

        var types = SessionDescription.TryRead(response.Body.Span, out var answer) ? answer.Message?.AcceptTypes ?? [] : [];
        if (dialog is not null) dialog.TakesHtml = answer?.Message is { NamesHtml: true };
        var software = response.FirstText(SipHeaderId.UserAgent) ?? response.FirstText(SipHeaderId.Server);
        forked = dialog is null ? (response, connection) : null;
        Step(new ConversationInput.Accepted(leg, response.ToTag, Typing.Choose(types, software, DialectOf(Peer)), SessionTimer.Of(response)));
        forked = null;
    }

    // Accepted, and no dialog can come of it: acknowledged and ended at the address that was invited (RFC 3261 §13.2.2.4), and whoever waits is told.
    private void GiveUp(ConversationDialog dialog, SipResponse response, SipReason fault)
    {
        dialog.State = new DialogState
        {
            Id = DialogId.OfResponse(response),
            LocalHeader = response.FirstText(SipHeaderId.From)!,
            RemoteHeader = response.FirstText(SipHeaderId.To)!,
            RemoteTarget = SipAddresses.ToUri(SipUser),
            LocalCSeq = response.CSeq.Number,
            IsCaller = true,
        };
        SendAck(dialog);
        SendBye(dialog);
        lastFailure = SipFailures.OfUnusable(fault);
        Step(new ConversationInput.InviteFailed(dialog.Number, 0));
    }

    private ConversationDialog? Find(int leg)
    {
        foreach (var dialog in dialogs)
        {
            if (dialog.Number == leg) return dialog;
        }

        return null;
    }

    private void Remove(ConversationDialog dialog)
    {
        dialogs.Remove(dialog);
        table.Forget(dialog);
    }

    // The caller holds the gate.
    private void Step(ConversationInput input)
    {
        var step = Machine.On(state, input, options, side.Options.Timers, side.Now);
        state = step.State;
        steps++;
        for (var i = 0; i < step.Outputs.Count; i++) Perform(step.Outputs[i]);
        if (--steps > 0) return;

        // The words of a failure belong to the step it made; a leg the machine dropped is dropped here once its last outputs are performed.
        lastFailure = null;
        if (dialogs.Count > state.Legs.Length) RemoveDropped();
        due = state.DeadlineWith(options);
    }

    private void HandOver()
    {
        // A send that failed at once calls back inside the step that made it: the outer call hands over.
        if (gate.IsHeldByCurrentThread) return;
        while (TryTakeOutside(out var next))
        {
            try
            {
                next();
            }
            finally
            {
                lock (gate) isHandingOver = false;
            }
        }
    }

    // One thread at a time, so that what is told outside keeps its order.
    private bool TryTakeOutside([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Action? next)
    {
        lock (gate)
        {
            next = null;
            return !isHandingOver && (isHandingOver = outside.TryDequeue(out next));
        }
    }

    private void RemoveDropped()
    {
        for (var i = dialogs.Count - 1; i >= 0; i--)
        {
            var isLeg = false;
            foreach (var leg in state.Legs) isLeg |= leg.Number == dialogs[i].Number;
            if (!isLeg) Remove(dialogs[i]);
        }
    }

    private static ConversationOptions OptionsOf(SipSide side, PeerModel peer) => peer.Sip.RingSecondsMax == SipPeerTerms.Default.RingSecondsMax
        ? side.Options.Conversations
        : side.Options.Conversations with { AnswerWait = TimeSpan.FromSeconds(peer.Sip.RingSecondsMax) };

    private static SipDialect DialectOf(PeerModel peer) => SipDialect.ByName(peer.Profile) ?? SipDialect.Generic;
}
