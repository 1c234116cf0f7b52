using Gateway.Federation;
using Gateway.Federation.Peers;
using Gateway.Xmpp.Links;
using Gateway.Xmpp.Protocol;
using Presence.Core;
using Presence.Core.Ports;

namespace Gateway.Xmpp.Stanzas;

/// <summary>Turns the fate of a stanza into the outcome of its passage: what went is delivered.</summary>
internal sealed class DepartureReceipt(XmppContext context, MessageDeparture departure) : LinkReceipt
{
    public override void Written() => departure.Complete(Outcome.Delivered);

    public override void GivenUp(XmppReason reason, string text) => departure.Complete(Outcome.Failed(XmppFailures.FailureOf(reason)));

    // Its sender believes it delivered: it hears of the failure as of any that comes late.
    public override void Lost(XmppReason reason, string text)
    {
        var sent = departure.Passage;
        context.Metrics.LateError();
        context.Observer.OnLateError(sent.From.Domain, sent.To.Domain, XmppFailures.NameOf(reason));
        var passage = new Passage(context.Ids.NextId(), departure.Peer.Name, Federation.Protocol.Xmpp, PassageKind.LateFailure, sent.To, sent.From);
        context.Crossing.Enter(new FederatedPeer(departure.Peer, sent.To.Domain, Proof.SaslExternal) { IsReport = true }, new LateFailureArrival(passage, sent.Id, XmppFailures.FailureOf(reason)));
    }
}

/// <summary>Turns the fate of a presence stanza into the verdict on its effect; an asking that finds nobody home comes back to the core as a command.</summary>
internal sealed class EffectReceipt(XmppContext context, PresenceEffect effect, PeerModel peer) : LinkReceipt
{
    private readonly TaskCompletionSource<EffectVerdict> _verdict = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<EffectVerdict> Verdict => _verdict.Task;

    public override void Written() => _verdict.TrySetResult(EffectVerdict.Done);

    public override void GivenUp(XmppReason reason, string text)
    {
        // Shutting down or being full says nothing of the far side: the effect stays for later.
        bool isOurs = reason is XmppReason.SystemShutdown or XmppReason.QueueFull or XmppReason.ResourceConstraint;
        if (isOurs || effect is not AskUpstream { Request: UpstreamRequest.Subscribe or UpstreamRequest.Refresh })
        {
            _verdict.TrySetResult(EffectVerdict.Retry);
            return;
        }
        _verdict.TrySetResult(EffectVerdict.Done);
        _ = ReportAsync(XmppFailures.FailureOf(reason));
    }

    private async Task ReportAsync(Failure failure)
    {
        try
        {
            // Leaves the stack of whoever was performing: a unit must not wait for itself.
            await Task.Yield();
            var principal = new FederatedPeer(peer, effect.Presentity.Domain, Proof.SaslExternal) { IsReport = true };
            var passage = new Passage(context.Ids.NextId(), peer.Name, Federation.Protocol.Xmpp, PassageKind.Presence, effect.Presentity, effect.Watcher);
            await context.Crossing.EnterAsync(principal, passage, effect.Presentity, new UpstreamFailed(effect.Watcher, failure.Condition, failure.RetryAfterSeconds), CancellationToken.None);
        }
        catch (Exception bug) when (bug is not OutOfMemoryException)
        {
            context.Observer.OnFailed("reporting an unreachable home", bug);
        }
    }
}
