using System.Collections.Concurrent;
using System.Text;
using System.Threading.Channels;
using Gateway.Federation;
using Gateway.Federation.Peers;
using Presence.Core;
using Presence.Core.Model;
using Presence.Core.Ports;

namespace Xmpp.Tests.Whole;

/// <summary>The SIP side of a whole gateway as its users are: they agree to be watched, have a state, and take messages, unless a test says otherwise.</summary>
internal sealed class SipUsers : ISide
{
    private readonly Channel<MessageDeparture> _messages = Channel.CreateUnbounded<MessageDeparture>();
    private readonly Channel<LateFailureDeparture> _late = Channel.CreateUnbounded<LateFailureDeparture>();
    private readonly Channel<(PresenceEffect Effect, WatcherView? View)> _effects = Channel.CreateUnbounded<(PresenceEffect, WatcherView?)>();
    private readonly ConcurrentDictionary<(Address User, Address Watcher), Address> _watched = new();

    public Protocol Protocol => Protocol.Sip;

    /// <summary>What the edge answers to a SUBSCRIBE: null agrees.</summary>
    public Func<Address, Address, PresentityCommand?> Decide { get; set; } = (_, _) => null;

    public Availability State { get; set; } = Availability.Available;

    public Outcome MessageOutcome { get; set; } = Outcome.Delivered;

    public IPresenceEngine Engine { get; set; } = null!;

    public TimeProvider Time { get; set; } = null!;

    /// <summary>Effects of every kind that reached this side, in order.</summary>
    public ConcurrentQueue<PresenceEffect> Performed { get; } = new();

    public Task<MessageDeparture> MessageAsync() => _messages.Reader.ReadAsync().AsTask().Within("a message to reach the SIP side");

    /// <summary>The next failure that a user is told of a message he believed delivered.</summary>
    public Task<LateFailureDeparture> LateAsync() => _late.Reader.ReadAsync().AsTask().Within("a late failure to reach the SIP side");

    public bool HasMessages => _messages.Reader.TryPeek(out _);

    /// <summary>Waits until a SIP watcher is shown a state that fits.</summary>
    public async Task<WatcherView> ShownAsync(Func<WatcherView, bool> fits, string what)
    {
        while (true)
        {
            var (effect, view) = await _effects.Reader.ReadAsync().AsTask().Within(what);
            if (effect is Show && view is not null && fits(view)) return view;
        }
    }

    /// <summary>Waits until this effect is asked for.</summary>
    public async Task<T> PerformedAsync<T>(Func<T, bool>? fits = null)
        where T : PresenceEffect
    {
        while (true)
        {
            var (effect, _) = await _effects.Reader.ReadAsync().AsTask().Within($"{typeof(T).Name} on the SIP side");
            if (effect is T found && (fits is null || fits(found))) return found;
        }
    }

    /// <summary>The state of all watched users changes: each watcher's dialog carries a NOTIFY.</summary>
    public async Task ChangeAsync(Availability state)
    {
        State = state;
        foreach (var (user, watcher) in _watched.Keys) await ShowAsync(user, watcher);
    }

    public void Depart(MessageDeparture departure)
    {
        _messages.Writer.TryWrite(departure);
        departure.Complete(MessageOutcome);
    }

    public void Depart(ChatStateDeparture departure)
    {
    }

    public void Depart(LateFailureDeparture departure) => _late.Writer.TryWrite(departure);

    public ValueTask<EffectVerdict> PerformAsync(PresenceEffect effect, WatcherView? view, PeerModel peer, CancellationToken cancellation)
    {
        Performed.Enqueue(effect);
        _effects.Writer.TryWrite((effect, view));
        if (effect is AskUpstream ask) _ = AnswerAsync(ask);
        return ValueTask.FromResult(EffectVerdict.Done);
    }

    private async Task AnswerAsync(AskUpstream ask)
    {
        await Task.Yield();
        var (user, watcher) = (ask.Presentity, ask.Watcher);
        if (ask.Request is UpstreamRequest.Pause or UpstreamRequest.Unsubscribe)
        {
            _watched.TryRemove((user, watcher), out _);
            return;
        }

        if (Decide(user, watcher) is { } answer)
        {
            await Engine.SubmitAsync(user, answer, default);
            return;
        }

        _watched[(user, watcher)] = user;
        await Engine.SubmitAsync(user, new UpstreamAccepted(watcher, new Leg("dialog", Encoding.UTF8.GetBytes("1")), Time.GetUtcNow().AddHours(1)), default);
        await Engine.SubmitAsync(user, new UpstreamGranted(watcher), default);
        await ShowAsync(user, watcher);
    }

    private async Task ShowAsync(Address user, Address watcher)
    {
        Fragment[] fragments = State == Availability.Offline ? [] : [new Fragment("", State, null, null, 0, Time.GetUtcNow())];
        await Engine.SubmitAsync(user, new UpstreamShowed(watcher, fragments, IsFullState: true), default);
    }
}
