using System.Globalization;
using LyncEdge.Wire;

namespace LyncEdge.Dialogs;

/// <summary>
/// The checks made on everything the gateway sends (field facts H4–H10, A2, A6). Each broken rule is an event; whether the edge also
/// answers differently is decided where the message is handled.
/// </summary>
public sealed class Inspector(AccessEdge edge)
{
    private static readonly string[] ClientHop = ["Proxy-Authorization", "Authorization", "Authentication-Info", "Proxy-Authentication-Info"];
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly Queue<string> _seenOrder = new();

    /// <summary>What holds for every request, whatever its method.</summary>
    public void Request(SipMessage request)
    {
        var id = request.CallId;
        Always(request);
        if (request.Get("Max-Forwards") is not { } hops || !int.TryParse(hops, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            Break("H10", "max-forwards", "Max-Forwards is missing or not a number", id);
        foreach (var name in (string[])["Via", "From", "To", "Call-ID", "CSeq"])
            if (request.Get(name) is null) Break("RFC3261", "mandatory-header", name + " is missing", id);
        if (request.CSeqMethod != request.Method) Break("RFC3261", "cseq-method", "CSeq says " + request.CSeqMethod + " in " + request.Method, id);
        if (!request.TopBranch.StartsWith("z9hG4bK", StringComparison.Ordinal)) Break("RFC3261", "branch", "top Via has no RFC 3261 branch", id);
        if (string.IsNullOrEmpty(request.From.Tag)) Break("RFC3261", "from-tag", "From has no tag", id);
        if (request.RequestUri.StartsWith("sips:", StringComparison.OrdinalIgnoreCase)) Break("A6", "sips", "Request-URI is sips:", id);
        if (!request.RequestUri.StartsWith("sip:", StringComparison.OrdinalIgnoreCase)) Break("H22", "scheme", "Request-URI is not sip:", id);
        if (request.All("Via").Any(v => v.Contains(";alias", StringComparison.OrdinalIgnoreCase))) Break("A6", "alias", "Via carries ;alias", id);
        if (edge.Scribe.Profile.IsStrict && !SipAddress.Read("sip:" + ViaHost(request)).IsFqdn)
            Break("H7", "via-literal", "top Via sent-by is not a FQDN: " + ViaHost(request), id);
        Repetition(request);
    }

    /// <summary>From must belong to the gateway's domains (field fact H5). False: answer 403.</summary>
    public bool IsFromAllowed(SipMessage request)
    {
        var host = request.From.Host.ToLowerInvariant();
        var allowed = edge.Options.GatewayDomains.Count > 0
            ? edge.Options.GatewayDomains.Contains(host)
            : edge.Scribe.Profile.IsFrontEnd || !edge.Options.Domains.Contains(host);
        if (host == edge.Options.GatewayHost.ToLowerInvariant()) allowed = true;
        if (!allowed) Break("H5", "from-domain", "From host " + host + " is not a domain of the gateway", request.CallId);
        return allowed;
    }

    /// <summary>Contact and Record-Route of a dialog-creating message name an FQDN of the gateway's certificate (field facts A6, H7).</summary>
    public bool IsReachable(SipMessage message)
    {
        var own = message.All("Record-Route").Select(SipAddress.Read).Where(a => a.Host.Equals(edge.Options.GatewayHost, StringComparison.OrdinalIgnoreCase));
        return own.Any() || SipAddress.Read(message.Get("Contact")).Host.Equals(edge.Options.GatewayHost, StringComparison.OrdinalIgnoreCase);
    }

    public void DialogCreation(SipMessage message)
    {
        var id = message.CallId;
        var what = message.IsRequest ? message.Method : "answer to " + message.CSeqMethod;
        if (message.Get("Contact") is not { } contact) Break("H7", "contact-missing", what + " has no Contact", id);
        else if (!SipAddress.Read(contact).IsFqdn) Break("H7", "contact-literal", "Contact of " + what + " is no FQDN: " + contact, id);
        if (message.IsRequest && message.All("Record-Route").Count == 0) Break("A6", "record-route-missing", what + " has no Record-Route", id);
        foreach (var route in message.All("Record-Route"))
            if (!SipAddress.Read(route).IsFqdn) Break("H7", "record-route-literal", "Record-Route is no FQDN: " + route, id);
        if (!IsReachable(message)) Break("H7", "unreachable", "neither Record-Route nor Contact of " + what + " names " + edge.Options.GatewayHost, id);
    }

    /// <summary>In-dialog request: route set byte-exact, CSeq rising. False: answer 481 with 1004 (field fact H8).</summary>
    public bool IsRouteReplayed(Dialog dialog, SipMessage request)
    {
        var routes = request.All("Route");
        if (routes.Count > 0 && SipAddress.Read(routes[0]).Host.Equals(edge.Options.GatewayHost, StringComparison.OrdinalIgnoreCase))
        {
            Break("H8", "own-route", request.Method + " carries the gateway's own Route entry", request.CallId);
            routes = [.. routes.Skip(1)];
        }

        var replayed = routes.Count == dialog.ExpectedRoutes.Count
            && routes.Zip(dialog.ExpectedRoutes).All(p => p.First == p.Second || p.First == SipText.Bracketed(p.Second));
        if (!replayed)
            Break("H8", "route", request.Method + " carries [" + string.Join(" | ", routes) + "] not [" + string.Join(" | ", dialog.ExpectedRoutes) + "]", request.CallId);
        return replayed;
    }

    public void Sequence(Dialog dialog, SipMessage request)
    {
        if (request.Method is "ACK" or "CANCEL") return;
        if (request.CSeq <= dialog.RemoteCSeq)
            Break("RFC3261", "cseq", request.Method + " " + request.CSeq + " after " + dialog.RemoteCSeq, request.CallId);
        dialog.RemoteCSeq = Math.Max(dialog.RemoteCSeq, request.CSeq);
    }

    /// <summary>Everything the gateway has to copy, copied (field fact H10).</summary>
    public void Response(SipMessage sent, SipMessage response)
    {
        var id = sent.CallId;
        Always(response);
        Echo("Via", sent.All("Via"), WithoutReceived(response.All("Via"), sent.All("Via")), id);
        Echo("From", [sent.Get("From") ?? ""], [response.Get("From") ?? ""], id);
        Echo("Call-ID", [id], [response.CallId], id);
        Echo("CSeq", [sent.Get("CSeq") ?? ""], [response.Get("CSeq") ?? ""], id);
        EchoTo(sent, response);
        if (response.Status is < 200 or >= 300 || sent.Get("Record-Route") is null) return;
        if (sent.Method is not ("INVITE" or "SUBSCRIBE")) return;
        var own = response.All("Record-Route").Where(r => !IsBeyondUs(SipAddress.Read(r).Host));
        Echo("Record-Route", sent.All("Record-Route"), [.. own], id);
    }

    public void Policy(SipMessage response)
    {
        var status = response.Status;
        if (status is 401 or 407 or (>= 300 and < 400) or >= 600)
            Break("D4", "status", status + " is never sent to a Microsoft edge", response.CallId);
        if (status == 503)
            edge.Events.Emit("warning", ("rule", "D4"), ("about", "503"), ("detail", "503 marks the whole next hop dead"), ("callId", response.CallId));
    }

    /// <summary>RFC 3261 §18.2.1 makes the receiver add received (and RFC 3581 rport) to the topmost Via: the one change allowed.</summary>
    private static List<string> WithoutReceived(IReadOnlyList<string> got, IReadOnlyList<string> sent)
    {
        var values = got.ToList();
        if (values.Count == 0 || sent.Count == 0 || !values[0].StartsWith(sent[0], StringComparison.Ordinal)) return values;
        var added = values[0][sent[0].Length..].Split(';', StringSplitOptions.RemoveEmptyEntries);
        if (added.All(a => a.StartsWith("received=", StringComparison.Ordinal) || a.StartsWith("rport=", StringComparison.Ordinal))) values[0] = sent[0];
        return values;
    }

    /// <summary>The gateway, or the proxy between us and it, which adds its own Record-Route on the way (RFC 3261 §16.6 step 4).</summary>
    private bool IsBeyondUs(string host) =>
        host.Equals(edge.Options.GatewayHost, StringComparison.OrdinalIgnoreCase) || host.Equals(edge.Options.NextHopHost, StringComparison.OrdinalIgnoreCase);

    private static string ViaHost(SipMessage request)
    {
        var via = request.Get("Via") ?? "";
        var blank = via.IndexOf(' ', StringComparison.Ordinal);
        return blank < 0 ? via : via[(blank + 1)..].Split(';')[0].Trim();
    }

    private void Always(SipMessage message)
    {
        if (message.Get("ms-edge-proxy-message-trust") is { } trust) Break("H4", "message-trust", "the gateway sent ms-edge-proxy-message-trust: " + trust, message.CallId);
        if (message.Get("ms-split-domain-info") is not null) Break("A8", "split-domain", "the gateway sent ms-split-domain-info", message.CallId);
        foreach (var name in ClientHop)
            if (message.Get(name) is not null) Break("A2", "authentication", "the gateway sent " + name, message.CallId);
        if (!message.IsRequest) Policy(message);
        // Claiming the embedded line is allowed (field fact C3); all other tags of theirs would be promises.
        var mayClaim = message is { IsRequest: false, CSeqMethod: "INVITE" };
        foreach (var tag in message.All("Supported").Concat(message.All("Require")).Concat(message.All("Proxy-Require")))
        {
            if (mayClaim && tag is "ms-text-format" or "ms-embedded-first-message") continue;
            if (tag.StartsWith("ms-", StringComparison.OrdinalIgnoreCase) || tag.StartsWith("com.microsoft", StringComparison.OrdinalIgnoreCase))
                Break("B3", "microsoft-tag", "the gateway lists the option tag " + tag, message.CallId);
        }
    }

    private void Repetition(SipMessage request)
    {
        if (request.Method is "ACK" or "CANCEL") return;
        var key = request.TopBranch + " " + request.Method;
        if (!_seen.Add(key)) Break("RFC3261", "retransmission", request.Method + " came twice with one branch over TLS", request.CallId);
        _seenOrder.Enqueue(key);
        if (_seenOrder.Count > 4000) _seen.Remove(_seenOrder.Dequeue());
    }

    private void EchoTo(SipMessage sent, SipMessage response)
    {
        var want = sent.Get("To") ?? "";
        var got = response.Get("To") ?? "";
        var tagged = sent.To.Tag is { Length: > 0 };
        var fits = tagged || response.Status == 100 ? got == want || (!tagged && got.StartsWith(want + ";tag=", StringComparison.Ordinal))
            : got.StartsWith(want, StringComparison.Ordinal) && response.To.Tag is { Length: > 0 } && got.Length == want.Length + ";tag=".Length + response.To.Tag.Length;
        if (!fits) Break("H10", "echo-to", "To came back as " + got + " for " + want, sent.CallId);
    }

    private void Echo(string name, IReadOnlyList<string> want, IReadOnlyList<string> got, string callId)
    {
        if (want.SequenceEqual(got, StringComparer.Ordinal)) return;
        Break("H10", "echo-" + name.ToLowerInvariant(), name + " came back as [" + string.Join(" | ", got) + "] for [" + string.Join(" | ", want) + "]", callId);
    }

    private void Break(string rule, string about, string detail, string callId) => edge.Events.Violation(rule, about, detail, callId);
}
