using System.Collections.Concurrent;
using System.Net;
using Gateway.Transport;
using Gateway.Xmpp.Protocol;
using Gateway.Xmpp.Protocol.Dialback;
using Gateway.Xmpp.Protocol.Streams;
using Gateway.Xmpp.Streams;

namespace Gateway.Xmpp.Links;

/// <summary>
/// The receiving server's questions to authoritative servers: step 2 of XEP-0220, over the open stream of the opposite pair or over one of its own. Questions are bounded in all, by
/// asking address and by time; each is answered once, whatever happens.
/// </summary>
internal sealed class DialbackAsker(XmppContext context)
{
    private readonly ConcurrentDictionary<Question, bool> _open = new();
    private readonly ConcurrentDictionary<IPAddress, int> _byAddress = new();

    /// <summary>True when one more may be asked for a stream from this address.</summary>
    public bool HasRoom(IPAddress address) =>
        _open.Count < context.Options.DialbackAsksMax && _byAddress.GetValueOrDefault(LocalAddresses.SourceOf(address)) < context.Options.DialbackAsksPerAddressMax;

    /// <summary>Asks about a key shown on an inbound stream.</summary>
    public void Ask(DomainPair pair, string key, string streamId, InboundConnection asking)
    {
        var question = new Question(this, context, new DialbackMessage(DialbackStep.Ask, pair) { Key = key, Id = streamId }, asking);
        _open[question] = true;
        _byAddress.AddOrUpdate(question.Address, 1, static (_, n) => n + 1);
        context.Metrics.Asked();
        question.Begin();
    }

    /// <summary>Called about once a second: who has not answered in time will not be waited for.</summary>
    public void Sweep(long now)
    {
        foreach (var question in _open.Keys)
        {
            if (context.Time.GetElapsedTime(question.AskedAt, now).TotalSeconds >= context.Options.DialbackSecondsMax)
                question.Answer(DialbackWord.Error, DialbackCondition.RemoteServerTimeout);
        }
    }

    private void Close(Question question)
    {
        _open.TryRemove(question, out _);
        if (_byAddress.AddOrUpdate(question.Address, 0, static (_, n) => n - 1) <= 0) _byAddress.TryRemove(new KeyValuePair<IPAddress, int>(question.Address, 0));
    }

    /// <summary>One question on its way.</summary>
    private sealed class Question(DialbackAsker owner, XmppContext context, DialbackMessage ask, InboundConnection asking) : IAttemptOwner
    {
        private int _isAnswered;
        private volatile Attempt? _attempt;
        private volatile OutboundConnection? _own;
        private OutboundConnection? _shared;

        public long AskedAt { get; } = context.Time.GetTimestamp();

        public IPAddress Address { get; } = LocalAddresses.SourceOf(asking.Transport!.Remote.Address);

        public void Begin()
        {
            _shared = context.Links.Find(ask.Pair.Reversed)?.OpenOutbound;
            if (_shared is { } open && open.TryAsk(ask, Answer)) return;
            if (context.Policies.Find(ask.Pair.From) is not { } peer)
            {
                Answer(DialbackWord.Error, DialbackCondition.RemoteServerNotFound);
                return;
            }
            var attempt = new Attempt(context, ask.Pair.Reversed, OutboundPurpose.Ask, peer, this);
            _attempt = attempt;
            attempt.Begin();
        }

        public void Answer(DialbackWord word, DialbackCondition failure)
        {
            if (Interlocked.Exchange(ref _isAnswered, 1) != 0) return;
            owner.Close(this);
            // What is no longer waited for must not go on dialling: its place among the questions is another's now.
            _attempt?.Stop();
            _shared?.Forget(ask);
            asking.Verdict(ask.Pair, ask.Id, word, failure);
            _own?.End(XmppReason.None);
        }

        public void OnReady(OutboundConnection stream)
        {
            _own = stream;
            // The time for the answer may have run out before anybody could be asked.
            if (Volatile.Read(ref _isAnswered) != 0) stream.End(XmppReason.None);
            else if (!stream.TryAsk(ask, Answer)) Answer(DialbackWord.Error, DialbackCondition.RemoteServerTimeout);
        }

        public void OnEnded(OutboundConnection stream, XmppReason reason, string text) => Fail(reason);

        public void OnGivenUp(Attempt attempt, XmppReason reason, string text) => Fail(reason);

        private void Fail(XmppReason reason) => Answer(DialbackWord.Error, reason switch
        {
            XmppReason.RemoteServerNotFound or XmppReason.PeerNotServing => DialbackCondition.RemoteServerNotFound,
            XmppReason.ConnectFailed => DialbackCondition.RemoteConnectionFailed,
            _ => DialbackCondition.RemoteServerTimeout,
        });
    }
}
