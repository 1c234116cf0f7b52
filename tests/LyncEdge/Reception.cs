using LyncEdge.Dialogs;
using LyncEdge.Links;
using LyncEdge.Wire;

namespace LyncEdge;

/// <summary>Where a request from the gateway goes: checks first, then its dialog, then its method.</summary>
public sealed class Reception(AccessEdge edge)
{
    public void On(Link link, SipMessage request)
    {
        edge.Inspector.Request(request);
        var incoming = new Incoming(edge, link, request);
        if (request.Method is not ("ACK" or "BENOTIFY") && edge.Throttle.Exceeds(request.To.Person, edge.Clock.NowMs))
        {
            edge.Events.Emit("throttled", ("method", request.Method), ("callId", request.CallId), ("mode", edge.Throttle.Mode));
            if (edge.Throttle.Mode != "drop") incoming.Refuse(edge.Throttle.Mode == "480" ? 480 : 503, 1007, "Temporarily cannot route");
            return;
        }

        if (request.Method == "CANCEL")
        {
            edge.Talks.OnCancel(incoming);
            return;
        }

        if (request.To.Tag is { Length: > 0 }) InDialog(incoming);
        else OutOfDialog(incoming);
    }

    private void InDialog(Incoming incoming)
    {
        var request = incoming.Request;
        if (edge.Dialogs.Find(request) is not { } dialog)
        {
            if (request.Method == "ACK") return;
            edge.Events.Emit("no-dialog", ("method", request.Method), ("callId", request.CallId), ("from", request.From.Person), ("to", request.To.Person));
            if (request.Method != "BENOTIFY") incoming.Refuse(481, 1004, "Route set is no longer valid");
            return;
        }

        edge.Inspector.Sequence(dialog, request);
        if (!edge.Inspector.IsRouteReplayed(dialog, request))
        {
            incoming.Answer(481, null, d => d.Add("ms-diagnostics-public", "1004;reason=\"Route set is no longer valid\""));
            return;
        }

        switch (dialog.Usage)
        {
            case Presence.Watch watch when request.Method is "NOTIFY" or "BENOTIFY":
                edge.Watches.OnNotify(watch, incoming);
                break;
            case Presence.Watcher watcher when request.Method == "SUBSCRIBE":
                edge.Watchers.OnRefresh(watcher, incoming);
                break;
            case Talk.Conversation conversation:
                edge.Talks.OnInDialog(conversation, incoming);
                break;
            default:
                edge.Events.Violation("RFC3261", "usage", request.Method + " does not belong in this dialog", request.CallId);
                incoming.Answer(405);
                break;
        }
    }

    private void OutOfDialog(Incoming incoming)
    {
        var request = incoming.Request;
        if (request.Method == "OPTIONS")
        {
            edge.Events.Emit("options", ("from", request.From.Person), ("to", request.To.Person));
            incoming.Answer(200, null, d => d.Add("Contact", "<sip:" + edge.Options.Fqdn + ":5061;transport=tls>")
                .Add("Allow", "INVITE, ACK, BYE, CANCEL, MESSAGE, INFO, SUBSCRIBE, NOTIFY, OPTIONS"));
            return;
        }

        if (!edge.Inspector.IsFromAllowed(request))
        {
            incoming.Answer(403, null, d => d.Add("ms-diagnostics-public", "1002;reason=\"From URI not authorized to communicate with federated partners\""));
            return;
        }

        if (!request.RequestUri.StartsWith("sip:", StringComparison.OrdinalIgnoreCase))
        {
            incoming.Answer(416);
            return;
        }

        if (edge.StaticRoute.Takes(incoming)) return;
        switch (request.Method)
        {
            case "SUBSCRIBE":
                edge.Watchers.OnSubscribe(incoming);
                break;
            case "INVITE":
                edge.Talks.OnInvite(incoming);
                break;
            case "MESSAGE":
                edge.Events.Violation("H22", "out-of-dialog-message", "MESSAGE outside an INVITE dialog", request.CallId);
                incoming.Answer(405, null, d => d.Add("ms-diagnostics-public", "1027;reason=\"Cannot route this type of SIP request to or from federated partners\""));
                break;
            case "ACK":
                break;
            case "BENOTIFY":
                edge.Events.Violation("B3", "benotify-received", "the gateway sent BENOTIFY", request.CallId);
                break;
            default:
                edge.Events.Violation("H22", "method", request.Method + " does not belong on federation", request.CallId);
                incoming.Answer(405, null, d => d.Add("ms-diagnostics-public", "1027;reason=\"Cannot route this type of SIP request to or from federated partners\""));
                break;
        }
    }
}
