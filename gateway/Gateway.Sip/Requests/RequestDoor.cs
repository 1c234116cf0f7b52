using System.Text;
using Gateway.Federation;
using Gateway.Federation.Peers;
using Gateway.Mapping.Addresses;
using Gateway.Mapping.Errors;
using Gateway.Sip.Connections;
using Gateway.Sip.Protocol;
using Gateway.Sip.Protocol.Wire;
using Gateway.Transport;
using Presence.Core;
using Presence.Core.Model;

namespace Gateway.Sip.Requests;

/// <summary>
/// Where requests come in: the checks every request passes in the order of RFC 3261 §8.2 and §16.3, then the usage its method belongs to.
/// Whoever asks is judged before anything is answered with more than a refusal.
/// </summary>
internal sealed class RequestDoor(SipSide side)
{
    private readonly Responder responder = new(side);

    public Responder Responder => responder;

    /// <summary>A frame that is no valid message: answered 400 and its kin where its sender can be told, else counted.</summary>
    public void Reject(SipConnection connection, SipMessage? message, SipReason reason)
    {
        side.Rejected(connection, reason);
        if (message is not SipRequest request || !request.Has(SipHeaderId.Via)) return;
        if (request.Method == SipMethod.Ack) return;
        var status = reason switch
        {
            SipReason.VersionNotSupported => 505,
            SipReason.BodyTooLarge or SipReason.HeadTooLarge or SipReason.HeaderTooLarge or SipReason.HeadersTooMany => 513,
            SipReason.RequestUriSchemeUnsupported => 416,

            // What RFC 2543 made of it, whose messages go without (RFC 4475 §3.4.1); to anybody else it is a 400.
            SipReason.ContentLengthMissing => 411,
            SipReason.CSeqMethodMismatch when request.Method == SipMethod.Other => 405,
            _ => 400,
        };
        var phrase = status == 400 ? FaultPhrases.Of(reason, request) : null;
        responder.Refuse(connection, request, status, reason.PublicName(), "The message breaks RFC 3261: " + reason, phrase: phrase, isTold: true);
    }

    public void Receive(SipConnection connection, SipRequest request)
    {
        if (request.Method == SipMethod.Ack)
        {
            OnAck(connection, request);
            return;
        }

        if (Admit(connection, request) is not { } who) return;
        if (request.Method == SipMethod.Cancel)
        {
            side.Transactions.Cancel(connection, request, who.Principal.Peer.Name);
            return;
        }

        if (request.Method == SipMethod.Options && IsExtensionRefused(connection, request)) return;
        if (request.Method == SipMethod.Options)
        {
            responder.Dialog(connection, request, 200, side.NewTag(), AnswerOptions);
            return;
        }

        if (request.MaxForwards == 0)
        {
            responder.Refuse(connection, request, 483, SipReason.TooManyHops.PublicName(), "Max-Forwards reached zero.");
            return;
        }

        if (IsLoop(connection, request, who) || !IsFirst(connection, request, who) || IsExtensionRefused(connection, request)) return;
        Dispatch(connection, request, who);
    }

    /// <summary>The pair as the core knows it. When the store cannot be read, the request is answered here: whoever asked gets an answer whatever happens to us.</summary>
    public async ValueTask<(bool IsRead, WatcherView? View)> FindAsync(SipConnection connection, SipRequest request, Address presentity, Address watcher)
    {
        try
        {
            return (true, await side.Crossing.FindAsync(presentity, watcher, side.Stopping));
        }
        catch (Exception fault) when (fault is not (OperationCanceledException or OutOfMemoryException))
        {
            side.Defect(fault);
            responder.Refuse(connection, request, 500, FederationReasons.NameOf(FederationReason.InternalError), "The gateway failed to look this up.", null, 10);
            return (false, null);
        }
    }

    // An ACK belongs to whom its From says, like the INVITE did: a certificate may serve several peer records. It is never answered.
    private void OnAck(SipConnection connection, SipRequest request)
    {
        if (!SipAddresses.TryRead(NameAddress.UriOf(request.First(SipHeaderId.From)), out var from, out _)) return;
        if (connection.Admit(from.Domain).Principal is not { } principal || side.Transactions.Acknowledge(request, principal.Peer.Name)) return;
        side.Conversations.OnAck(request, principal.Peer.Name);
    }

    // RFC 3261 §16.3 step 4. What a dialog routes back to us is in no dialog of ours and gets 481.
    private bool IsLoop(SipConnection connection, SipRequest request, Requester who)
    {
        if (!request.ToTagBytes.IsEmpty) return false;
        foreach (var via in request.All(SipHeaderId.Via))
        {
            if (!side.Own.IsViaOf(via)) continue;
            responder.Refuse(connection, request, 482, SipReason.LoopDetected.PublicName(), "This request has been here before.", isTold: true);
            side.Refused(who.Principal.Peer.Name, SipReason.LoopDetected.PublicName(), "The peer sends back what was sent to it: look at its static routes.");
            return true;
        }

        return false;
    }

    // What begins something is followed, so that it is served once.
    private bool IsFirst(SipConnection connection, SipRequest request, Requester who) =>
        request.Method is not (SipMethod.Invite or SipMethod.Subscribe or SipMethod.Message)
        || (request.Method == SipMethod.Message && !request.ToTagBytes.IsEmpty)
        || side.Transactions.TryOpen(connection, request, who.Principal.Peer.Name);

    private void Dispatch(SipConnection connection, SipRequest request, Requester who)
    {
        if (request.Method == SipMethod.Bye) side.Diagnosed(who.Principal.Peer.Name, "BYE", request);
        switch (request.Method)
        {
            case SipMethod.Message:
                side.Conversations.OnMessage(connection, request, who);
                break;
            case SipMethod.Info:
            case SipMethod.Invite:
            case SipMethod.Bye:
            case SipMethod.Update:
                side.Conversations.OnRequest(connection, request, who);
                break;
            case SipMethod.Subscribe:
                side.Notifiers.OnSubscribe(connection, request, who);
                break;
            case SipMethod.Notify:
            case SipMethod.Benotify:
                side.Subscribers.OnNotify(connection, request, who);
                break;
        }
    }

    // RFC 3261 §8.2.1: what is not offered is 405 and says what is; so is a method nobody told us of (decision 0006).
    private bool IsMethodRefused(SipConnection connection, SipRequest request)
    {
        switch (request.Method)
        {
            case SipMethod.Other:
                responder.Refuse(connection, request, 405, SipReason.MethodUnknown.PublicName(), "This method is unknown here.");
                return true;
            case SipMethod.Register or SipMethod.Publish or SipMethod.Refer or SipMethod.Prack or SipMethod.Service or SipMethod.Negotiate:
                responder.Refuse(connection, request, 405, SipReason.MethodNotAllowed.PublicName(), $"{request.MethodName} is not offered to federated peers.");
                return true;
            default:
                return false;
        }
    }

    // RFC 3261 §8.2.2.1: the Request-URI decides, whatever To says. No hop-by-hop promise of sips can be kept beyond us (RFC 7247 §8).
    private bool IsSchemeRefused(SipConnection connection, SipRequest request)
    {
        var scheme = request.UriBytes[..request.UriBytes.IndexOf((byte)':')];
        if (Ascii.EqualsIgnoreCase(scheme, "sip"u8)) return false;
        var reason = Ascii.EqualsIgnoreCase(scheme, "sips"u8) ? Mapping.MappingReason.UriSipsForbidden : Mapping.MappingReason.UriSchemeUnsupported;
        responder.Refuse(connection, request, 416, Mapping.MappingReasons.NameOf(reason), "Only sip addresses are carried across the gateway.");
        return true;
    }

    // From and To as neutral addresses, and the principal of this connection for the From domain. Answers the refusal itself.
    private Requester? Admit(SipConnection connection, SipRequest request)
    {
        if (!SipAddresses.TryRead(NameAddress.UriOf(request.First(SipHeaderId.From)), out var from, out var fault))
        {
            if (IsMethodRefused(connection, request)) return null;
            responder.Refuse(connection, request, 400, Mapping.MappingReasons.NameOf(fault), "The From URI names no user this gateway can carry.");
            return null;
        }

        var admission = connection.Admit(from.Domain);
        if (admission.Reason == FederationReason.PeerNotProved && connection.TryAskFirst(from.Domain, request)) return null;

        // An edge's health probe speaks for itself and for no user: that it is a known peer is enough (field fact C5).
        if (request.Method == SipMethod.Options && admission.Reason == FederationReason.FromDomainNotAllowed)
        {
            responder.Dialog(connection, request, 200, side.NewTag(), AnswerOptions);
            return null;
        }

        if (admission.Principal is not { } principal)
        {
            responder.Refuse(connection, request, 403, admission.PublicReason, FederationReasons.FailureOf(admission.Reason).Text);
            side.NotAdmitted(connection, from.Domain, admission);
            // A stranger gets its one answer, not a connection to keep asking on. A proved peer with a wrong domain keeps it.
            if (admission.Reason is FederationReason.PeerNotProved or FederationReason.UnknownPeer or FederationReason.LinkDenied && connection.Link is null)
                connection.Transport.Close(TransportReason.ClosedByUs, admission.PublicReason);
            return null;
        }

        if (connection.IsSurplus)
        {
            responder.Refuse(connection, request, 480, SipReason.Overloaded.PublicName(), "This system has too many connections here; use those that stand.", null, 30, isTold: true);
            side.Refused(principal.Peer.Name, SipReason.Overloaded.PublicName(), "More connections than the peer's record allows.");
            connection.Transport.Close(TransportReason.ClosedByUs, SipReason.Overloaded.PublicName());
            return null;
        }

        if (IsMethodRefused(connection, request) || IsSchemeRefused(connection, request)) return null;
        from = AssertedIdentity.Of(side, connection, request, principal, from);
        if (request.Method is SipMethod.Invite && request.ToTagBytes.IsEmpty && !side.Crossing.Admits(principal, Gateway.Federation.Protocol.Sip))
        {
            responder.Refuse(connection, request, FederationReasons.FailureOf(FederationReason.RateExceeded), principal.Peer, SipRequestKind.Invite);
            return null;
        }

        if (request.Method == SipMethod.Options) return new Requester(principal, from, from);
        if (IsTargetRefused(connection, request, principal, from, out var to)) return null;
        return new Requester(principal, from, to);
    }

    private bool IsTargetRefused(SipConnection connection, SipRequest request, FederatedPeer principal, Address from, out Address to)
    {
        if (!SipAddresses.TryRead(NameAddress.UriOf(request.First(SipHeaderId.To)), out to, out var fault))
        {
            var status = fault is Mapping.MappingReason.UriSipsForbidden or Mapping.MappingReason.UriSchemeUnsupported ? 416 : 484;
            responder.Refuse(connection, request, status, Mapping.MappingReasons.NameOf(fault), "The To URI names no user this gateway can carry.");
            return true;
        }

        // Inside a dialog it was judged when the dialog began.
        if (!request.ToTagBytes.IsEmpty) return false;
        var way = side.Peers.Current.FindWay(from, to, principal.Peer, default, request.Method == SipMethod.Subscribe ? PassageKind.Watch : PassageKind.Message);
        if (way.IsFound) return false;
        var failure = way.Failure;
        side.Refused(principal.Peer.Name, failure.Reason, way.By);
        responder.Refuse(connection, request, failure, principal.Peer, SipRequestKind.NonInvite);
        return true;
    }

    private bool IsExtensionRefused(SipConnection connection, SipRequest request)
    {
        if (!request.Has(SipHeaderId.Require)) return false;
        // RFC 3261 §8.2.2.3; a NOTIFY may require eventlist although it carries a single document (field fact B3).
        if (request.Method is SipMethod.Notify or SipMethod.Benotify or SipMethod.Cancel) return false;
        var unsupported = new List<string>();
        foreach (var value in request.All(SipHeaderId.Require))
        {
            if (!Ascii.EqualsIgnoreCase(value, "timer"u8) && unsupported.Count < 16) unsupported.Add(Encoding.UTF8.GetString(value));
        }

        if (unsupported.Count == 0) return false;
        responder.Refuse(connection, request, 420, SipReason.ExtensionUnsupported.PublicName(), "An extension is required that this gateway does not have.",
            writer => writer.Header(SipHeaderId.Unsupported, string.Join(", ", unsupported)));
        return true;
    }

    private void AnswerOptions(SipWriter writer)
    {
        Responder.WriteAllow(writer);
        writer.Header(SipHeaderId.Accept, "application/sdp, application/pidf+xml, text/plain, text/html");
        writer.Header(SipHeaderId.AcceptEncoding, "identity");
        writer.Header(SipHeaderId.AcceptLanguage, "*");
        writer.Header(SipHeaderId.Supported, "timer");
        writer.Header(SipHeaderId.AllowEvents, "presence");
        writer.Header(SipHeaderId.Server, side.Options.UserAgent);
    }
}

/// <summary>Who asks: the principal of the connection for the From domain, and both users as neutral addresses.</summary>
internal readonly record struct Requester(FederatedPeer Principal, Address From, Address To);
