using Gateway.Federation.Peers;
using Gateway.Xmpp.Protocol;
using Gateway.Xmpp.Protocol.Dialback;
using Gateway.Xmpp.Protocol.Streams;
using Gateway.Xmpp.Streams;

namespace Gateway.Xmpp.Links;

/// <summary>Who wants a stream and hears what becomes of the effort. Called without any gate held.</summary>
internal interface IAttemptOwner
{
    /// <summary>Stanzas, or questions, may go.</summary>
    void OnReady(OutboundConnection stream);

    /// <summary>A stream that had been ready is over.</summary>
    void OnEnded(OutboundConnection stream, XmppReason reason, string text);

    /// <summary>No stream came about, once.</summary>
    void OnGivenUp(Attempt attempt, XmppReason reason, string text);
}

/// <summary>
/// One effort to bring a stream about. Every place is dialled and negotiated in turn; a peer that refuses our certificate and may use dialback is asked again without it;
/// faults that pass by themselves are worth further rounds.
/// <code>
///   find ▸ place 1 ▸ place 2 ▸ … ──ready──▸ owner
///    ▲        └ EXTERNAL refused, dialback allowed: the same place once more
///    └── wait ◂── all failed, one of them in passing ── rounds used up, or refused for good ──▸ given up
/// </code>
/// </summary>
internal sealed class Attempt(XmppContext context, DomainPair pair, OutboundPurpose purpose, PeerModel peer, IAttemptOwner owner) : IOutboundOwner
{
    private const int PlaceSecondsMax = 10;

    private readonly CancellationTokenSource _given = new();
    private TaskCompletionSource<Finding>? _awaited;
    private volatile OutboundConnection? _ready;

    private readonly record struct Finding(XmppReason Reason, string Text, bool IsPassing);

    /// <summary>The place that last worked for this pair; it is tried first (PS-122).</summary>
    public string? Preferred { get; set; }

    /// <summary>What an earlier stream of the pair left to be resumed (XEP-0198).</summary>
    public Resumption? Resumption { get; init; }

    /// <summary>Begins; the owner hears the outcome, never from within this call.</summary>
    public void Begin() => _ = RunAsync();

    /// <summary>Tries no further place. A connection that is being negotiated is ended by whoever stops the streams.</summary>
    public void Stop() => _given.Cancel();

    public void OnReady(OutboundConnection stream)
    {
        _ready = stream;
        owner.OnReady(stream);
        _awaited!.TrySetResult(default);
    }

    public void OnEnded(OutboundConnection stream, XmppReason reason, string text)
    {
        if (_ready == stream) owner.OnEnded(stream, reason, text);
        else _awaited!.TrySetResult(new Finding(reason, text, IsPassing(reason, stream.PeerError)));
    }

    private async Task RunAsync()
    {
        await Task.Yield();
        var last = await TryAsync();
        if (last.Reason != XmppReason.None) owner.OnGivenUp(this, last.Reason, last.Text);
    }

    private async Task<Finding> TryAsync()
    {
        if (!context.Links.TryBeginEffort(peer))
            return new Finding(XmppReason.ResourceConstraint, "Too many domains that nobody configured are being connected.", IsPassing: false);
        try
        {
            return await TryRoundsAsync();
        }
        catch (OperationCanceledException)
        {
            return new Finding(XmppReason.SystemShutdown, "", IsPassing: false);
        }
        catch (Exception bug) when (bug is not OutOfMemoryException)
        {
            context.Observer.OnFailed($"connecting {pair}", bug);
            return new Finding(XmppReason.InternalError, "", IsPassing: false);
        }
        finally
        {
            context.Links.EndEffort(peer);
        }
    }

    private async Task<Finding> TryRoundsAsync()
    {
        int rounds = purpose == OutboundPurpose.Ask ? 1 : Math.Max(1, context.Options.ConnectAttemptsMax);
        for (int round = 1; ; round++)
        {
            var finding = await TryRoundAsync();
            if (finding.Reason == XmppReason.None || !finding.IsPassing || round >= rounds) return finding;
            await WaitAsync(TimeSpan.FromSeconds(context.Options.ConnectWaitSeconds));
        }
    }

    private async Task<Finding> TryRoundAsync()
    {
        var (reason, text) = (XmppReason.None, "");
        IReadOnlyList<ConnectTarget> targets;
        using (var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(context.Options.NegotiationSecondsMax), context.Time))
        {
            try
            {
                using var either = CancellationTokenSource.CreateLinkedTokenSource(_given.Token, deadline.Token);
                (targets, reason, text) = await context.Links.Connector.FindAsync(peer, pair.To, either.Token);
            }
            catch (OperationCanceledException) when (!_given.IsCancellationRequested)
            {
                return new Finding(XmppReason.RemoteServerTimeout, "The name servers did not answer in time.", IsPassing: true);
            }
        }
        if (targets.Count == 0) return new Finding(reason, text, IsPassing: reason == XmppReason.RemoteServerTimeout);

        var left = new List<ConnectTarget>(targets);
        int preferred = left.FindIndex(target => target.Text == Preferred);
        if (preferred > 0) MoveToFront(left, preferred);
        return await TryPlacesAsync(left);
    }

    private async Task<Finding> TryPlacesAsync(List<ConnectTarget> left)
    {
        var told = default(Finding);
        while (left.Count > 0)
        {
            var target = left[0];
            left.RemoveAt(0);
            var (finding, stream) = await TryPlaceAsync(target, StreamFacts.None, isLast: left.Count == 0);
            if (finding.Reason != XmppReason.None && stream.IsWorthDialback)
            {
                var refused = finding;
                (finding, stream) = await TryPlaceAsync(target, StreamFacts.SaslFailed, isLast: left.Count == 0);

                // That it offers no dialback is not what went wrong.
                if (finding.Reason == XmppReason.NoWayToAuthenticate) finding = refused;
            }
            if (finding.Reason == XmppReason.None) return finding;
            finding = finding with { Text = $"{target.Text}: {finding.Text}" };
            // A redirection is followed only to a place that was found without it (no address out of a message is dialled).
            int named = stream.PeerError?.Host is { } host ? left.FindIndex(other => IsNamed(other, host)) : -1;
            if (named > 0) MoveToFront(left, named);
            // What a server said tells the operator more than that another place is dead.
            bool isBetter = told.Reason is XmppReason.None or XmppReason.ConnectFailed || finding.Reason != XmppReason.ConnectFailed;
            told = (isBetter ? finding : told) with { IsPassing = told.IsPassing || finding.IsPassing };
        }
        return told;
    }

    private async Task<(Finding Finding, OutboundConnection Stream)> TryPlaceAsync(ConnectTarget target, StreamFacts known, bool isLast)
    {
        _given.Token.ThrowIfCancellationRequested();
        int seconds = isLast ? context.Options.NegotiationSecondsMax : Math.Min(PlaceSecondsMax, context.Options.NegotiationSecondsMax);
        var (dane, isHidden) = await context.Links.Connector.FindDaneAsync(target, peer, _given.Token);
        var awaited = new TaskCompletionSource<Finding>(TaskCreationOptions.RunContinuationsAsynchronously);
        _awaited = awaited;
        var stream = new OutboundConnection(context, pair, purpose, peer, this) { NegotiationSecondsMax = seconds, Target = target, Resumption = Resumption, Dane = dane };
        stream.Know(known);
        // Records that fail validation, or do not come, are how an attacker would hide them: the place is left (RFC 7673 §3.4).
        if (isHidden) return (new Finding(XmppReason.CertificateRefused, "Its TLSA records fail DNSSEC validation, or cannot be asked for.", IsPassing: false), stream);
        var (reason, text) = await context.Links.Connector.DialAsync(target, stream, _given.Token);
        return reason == XmppReason.None
            ? (await awaited.Task, stream)
            : (new Finding(reason, text, IsPassing(reason, null)), stream);
    }

    private async Task WaitAsync(TimeSpan time)
    {
        var waited = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var timer = context.Time.CreateTimer(static w => ((TaskCompletionSource)w!).TrySetResult(), waited, time, Timeout.InfiniteTimeSpan);
        await waited.Task.WaitAsync(_given.Token);
    }

    private static void MoveToFront(List<ConnectTarget> left, int at)
    {
        var target = left[at];
        left.RemoveAt(at);
        left.Insert(0, target);
    }

    private static bool IsNamed(ConnectTarget target, string host)
    {
        string[] names = [target.Where.Host, target.Where.Endpoints[0].Address.ToString(), $"{target.Where.Host}:{target.Where.Endpoints[0].Port}", target.Where.Endpoints[0].ToString()];
        return names.Contains(host.TrimEnd('.'), StringComparer.OrdinalIgnoreCase);
    }

    private static bool IsPassing(XmppReason reason, StreamError? error) => reason switch
    {
        XmppReason.PeerStreamError => error is not null && StreamErrorMeanings.Of(error.Condition) == StreamErrorMeaning.TryAgain,
        XmppReason.ConnectFailed or XmppReason.ConnectionLost or XmppReason.NegotiationTimeout or XmppReason.PeerClosed or XmppReason.DialbackError or XmppReason.TlsFailed => true,
        _ => false,
    };
}
