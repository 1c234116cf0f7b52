using System.Buffers.Binary;
using System.Security.Cryptography;
using Gateway.Federation;
using Gateway.Federation.Peers;
using Gateway.Mapping.Documents;
using Gateway.Mapping.Sip;
using Gateway.Sip.Calls;
using Gateway.Sip.Connections;
using Gateway.Sip.Protocol;
using Gateway.Sip.Protocol.Dialogs;
using Gateway.Sip.Protocol.Subscriptions;
using Gateway.Sip.Protocol.Wire;
using Gateway.Sip.Requests;
using Presence.Core;
using Presence.Core.Model;

namespace Gateway.Sip.Presence;

/// <summary>
/// One notifier dialog in memory: the shell around <see cref="Notifier"/>. It orders what the engine says after the 200 that made or refreshed the dialog, sends what the
/// machine asks for, and reports a dialog that the watcher's side has lost. When it ends is the core's word: the machine's own expiry is not armed.
/// </summary>
internal sealed class NotifierDialog(SipSide side, NotifierTable table, PeerModel peer, Address presentity, Address watcher, string legId, LegDocument stored) : ITurnTaker
{
    private readonly Lock gate = new();
    private readonly Sequence sequence = new(side, presentity, watcher, legId);
    private Queue<NotifierInput>? held;
    private PeerModel peer = peer;
    private readonly string? eventId = stored.EventId;
    private DialogState dialog = side.Routes.Share(stored.Dialog);
    private NotifierState usage = new() { ChangeInterval = side.Options.NotifyInterval };
    private (bool IsActive, UInt128 Digest)? shown;
    private SipConnection? asked;
    private Alarm? alarm;
    private int holds;

    public string LegId { get; } = legId;

    public string PeerName => peer.Name;

    /// <summary>Where its NOTIFYs go while that stands.</summary>
    public SipConnection? Carrier => asked is { IsUsable: true } ? asked : null;

    /// <summary>The id the subscriber gave its subscription (RFC 6665 §4.5.2): repeated in each NOTIFY.</summary>
    public string? EventId => eventId;

    /// <summary>Whether a request in this dialog comes from the peer that made it and concerns its two users (design law 11).</summary>
    public bool IsOf(Requester who) => peer.Name == who.Principal.Peer.Name && watcher == who.From && presentity == who.To;

    /// <summary>Made by a SUBSCRIBE that is not answered yet: starts held.</summary>
    public bool IsNew
    {
        init => holds = value ? 1 : 0;
    }

    /// <summary>Where the last SUBSCRIBE came: its NOTIFY goes the same way, so that it never overtakes the 200 on another connection.</summary>
    public SipConnection? Asked
    {
        init => asked = value;
    }

    /// <summary>A request in the dialog: order and remote target (RFC 3261 §12.2.2); gives back the leg to store.</summary>
    public SipReason Receive(SipConnection connection, SipRequest request, out Leg leg)
    {
        lock (gate)
        {
            var fault = Dialog.TryReceive(dialog, request, out var next);
            if (fault == SipReason.None) (dialog, asked) = (next, connection);
            leg = new LegDocument(dialog, peer.Name, EventId).ToLeg();
            return fault;
        }
    }

    /// <summary>A SUBSCRIBE is being answered: what becomes true meanwhile waits for the answer.</summary>
    public void Hold()
    {
        lock (gate) holds++;
    }

    /// <summary>The SUBSCRIBE was answered: 200 with this grant, or refused (null).</summary>
    public void Release(uint? grantedSeconds)
    {
        lock (gate)
        {
            holds--;
            if (grantedSeconds is { } granted) Step(new NotifierInput.Accepted(granted));
            while (holds == 0 && held is not null && held.TryDequeue(out var input)) Step(input);
            if (holds == 0) held = null;
        }
    }

    public void Show(WatcherView view, DateTimeOffset? expiresAt)
    {
        var isActive = view.Authorization == AuthorizationPhase.Granted;
        var content = ContentOf(view);
        lock (gate)
        {
            // Revived after a restart: what is left of the time comes from the core.
            if (expiresAt is { } end && usage.ExpiresAt == DateTimeOffset.MaxValue) usage = usage with { ExpiresAt = end };
            Give(new NotifierInput.Show(isActive, content));
        }
    }

    public void End(PresenceReason reason, WatcherView? view)
    {
        var header = ViewToNotify.Terminated(reason);
        var wire = TerminationReasons.Read(header.Reason);
        // Whoever was refused sees closed, never the last state (RFC 8048 §5.3.3).
        var content = wire is TerminationReason.Timeout or TerminationReason.Deactivated && view is { Authorization: AuthorizationPhase.Granted }
            ? ContentOf(view)
            : ClosedContent();
        lock (gate) Give(new NotifierInput.End(wire, content, header.RetryAfterSeconds));
    }

    /// <summary>The peer may be reachable again: what failed is tried now and not at its time.</summary>
    public void LinkRestored()
    {
        lock (gate)
        {
            if (usage.Waiting is null || usage.Outstanding is not null) return;
            usage = usage with { RetryAt = DateTimeOffset.MinValue };
            Step(new NotifierInput.Tick());
        }
    }

    /// <summary>The tables were published anew: the dialog goes on with the record in force; whose peer has none any more ends here.</summary>
    public void FollowPeer()
    {
        lock (gate)
        {
            if (side.InForce(peer, watcher.Domain) is { } now)
            {
                peer = now;
                return;
            }

            if (usage.Phase == NotifierPhase.Terminated) return;
            var wasTerminating = usage.Phase == NotifierPhase.Terminating;
            usage = usage with { Phase = NotifierPhase.Terminated, Waiting = null, Outstanding = null, IsTurnAsked = false };
            OnEnded(SipReason.PeerLost, wasTerminating);
        }
    }

    public bool TakeTurn()
    {
        lock (gate)
        {
            if (usage is not { IsTurnAsked: true, Waiting: not null }) return false;
            Step(new NotifierInput.Turn());
            return true;
        }
    }

    private void Give(NotifierInput input)
    {
        if (holds > 0) (held ??= new()).Enqueue(input);
        else Step(input);
    }

    private void Answered(int status, uint? retryAfterSeconds)
    {
        lock (gate) Step(new NotifierInput.Answered(status, retryAfterSeconds));
    }

    private void Lost()
    {
        lock (gate) Step(new NotifierInput.Lost());
    }

    private void Tick()
    {
        lock (gate) Step(new NotifierInput.Tick());
    }

    // The caller holds the gate. What the watcher has been told, or is about to be, is not told again unless a SUBSCRIBE asks for it.
    private bool IsNews(NotifierInput.Show show)
    {
        var told = (show.IsActive, DigestOf(show.Content.Body.Span));
        var isNews = usage.OwedAt != DateTimeOffset.MaxValue || shown != told;
        shown = told;
        return isNews;
    }

    // Half a kilobyte of document in each dialog would only be kept to be compared.
    private static UInt128 DigestOf(ReadOnlySpan<byte> body)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(body, digest);
        return BinaryPrimitives.ReadUInt128LittleEndian(digest);
    }

    // The caller holds the gate.
    private void Step(NotifierInput input)
    {
        if (input is NotifierInput.Show show && !IsNews(show)) return;

        var now = side.Now;
        if (input is NotifierInput.Tick && now >= usage.ExpiresAt) return;
        var wasTerminating = usage.Phase is NotifierPhase.Terminating;
        var step = Notifier.On(usage, input, now);
        usage = step.State;
        var isTurnNow = false;
        foreach (var output in step.Outputs)
        {
            if (output is NotifierOutput.AskTurn ask) isTurnNow = side.Paces.TryTake(peer, ask.IsOwed, this);
            else if (output is NotifierOutput.SendNotify notify) side.Run(() => SendAsync(notify));
            else if (output is NotifierOutput.Ended ended) OnEnded(ended.Reason, wasTerminating);
        }

        if (isTurnNow)
        {
            Step(new NotifierInput.Turn());
            return;
        }

        var due = usage.SendDeadline;
        if (due < DateTimeOffset.MaxValue) alarm ??= side.Deadlines.NewAlarm(Tick);
        alarm?.Set(due);
    }

    private void OnEnded(SipReason reason, bool wasTerminating)
    {
        table.Forget(this);
        if (!wasTerminating) side.Run(() => ReportLostAsync(reason));
    }

    private async ValueTask SendAsync(NotifierOutput.SendNotify notify)
    {
        if (sequence.IsExhausted(dialog) && !await TryReserveAsync()) return;
        lock (gate) dialog = Dialog.Advance(dialog);
        var request = new Notification(this);
        var branch = side.Calls.Register(request);
        var buffer = Responder.Scratch();
        var writer = Dialog.StartRequest(buffer, dialog, SipMethod.Notify, branch, side.Own);
        writer.Header(SipHeaderId.Event, EventId is null ? "presence" : "presence;id=" + EventId);
        writer.Header(SipHeaderId.SubscriptionState, notify.State.ToString());
        if (notify.Content.Body.IsEmpty) writer.End();
        else writer.End(notify.Content.ContentType, notify.Content.Body.Span);
        side.Calls.Send(peer, watcher.Domain, LegId.GetHashCode(StringComparison.Ordinal), request, buffer.WrittenSpan, asked);
    }

    // Without numbers of its own nothing may be said: the NOTIFY counts as lost and is tried again (design §6, one voice).
    private async ValueTask<bool> TryReserveAsync()
    {
        try
        {
            var reserved = await sequence.ReserveAsync(dialog);
            lock (gate) dialog = Dialog.ContinueAt(dialog, reserved.LocalCSeq);
            return true;
        }
        catch (Exception failure) when (failure is not (OperationCanceledException or OutOfMemoryException))
        {
            side.Defect(failure);
            Lost();
            return false;
        }
    }

    private async ValueTask ReportLostAsync(SipReason reason)
    {
        side.Ended(peer.Name, "notifier dialog", reason);
        var passage = side.NewPassage(peer.Name, PassageKind.Watch, watcher, presentity);
        await side.Crossing.EnterAsync(new FederatedPeer(peer, watcher.Domain, Proof.TlsSubject) { IsReport = true }, passage, presentity, new LegLost(watcher, LegId), side.Stopping);
    }

    private NotifyContent ContentOf(WatcherView view) =>
        ViewToNotify.Body(view, side.Options.Availability, Style, side.Options.Shown) is { } body
            ? new NotifyContent(ViewToNotify.ContentType, body, view.Version)
            : NotifyContent.Empty with { Version = view.Version };

    private NotifyContent ClosedContent() => new(ViewToNotify.ContentType, ViewToNotify.ClosedBody(presentity, Style));

    private PidfStyle Style => SipDialect.ByName(peer.Profile) is { IsMicrosoft: false } ? PidfStyle.Rfc : PidfStyle.Microsoft;

    private sealed class Notification(NotifierDialog owner) : OutgoingRequest(SipMethod.Notify)
    {
        protected override void OnResponse(SipResponse response)
        {
            if (!response.IsFinal) return;
            owner.Answered(response.Status, RetryAfterHeader.SecondsOf(response));
        }

        protected override void OnFailed(SipReason reason, LinkFailure failure)
        {
            if (reason == SipReason.TransactionTimeout) owner.Answered(408, null);
            else owner.Lost();
        }
    }
}
