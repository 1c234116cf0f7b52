using System.Globalization;

namespace LyncEdge.Control;

/// <summary>Requests outside any dialog that a gateway has to answer rightly or refuse: probes, foreign methods, pager messages.</summary>
public sealed class RequestVerbs(AccessEdge edge)
{
    public void AddTo(Dictionary<string, Action<Command>> verbs)
    {
        verbs["options"] = c => Send(c, "OPTIONS", c.Number("maxForwards") ?? 70);
        verbs["pager"] = c => Send(c, "MESSAGE", c.Number("maxForwards") ?? 67);
        verbs["request"] = c => Send(c, c.Need("method"), c.Number("maxForwards") ?? 67);
    }

    private void Send(Command c, string method, int maxForwards)
    {
        var scribe = edge.Scribe;
        var from = c.Text("from") is null ? "edge@" + edge.Options.Domains[0] : c.Person("from");
        var to = c.Text("to") is null ? edge.Options.GatewayHost : c.Person("to");
        var target = c.Text("uri") ?? (c.Text("to") is null ? "sip:" + to : scribe.Target(to));
        var routes = c.Flag("recordRoute") ? scribe.RecordRoutes() : [];
        var draft = scribe.Initial(method, target, routes, maxForwards);
        if (!Mentions(c, "From")) draft.Add("From", scribe.LocalText(edge.Person(from), scribe.ClientTag()));
        if (!Mentions(c, "To")) draft.Add("To", "<sip:" + to + ">" + (c.Text("toTag") is { } tag ? ";tag=" + tag : ""));
        if (!Mentions(c, "Call-ID")) draft.Add("Call-ID", c.Text("callId") ?? scribe.CallId());
        if (!Mentions(c, "CSeq")) draft.Add("CSeq", (c.Number("cseq") ?? 1).ToString(CultureInfo.InvariantCulture) + " " + method);
        draft.Add("P-Asserted-Identity", scribe.Asserted(edge.Person(from))).Add("Contact", scribe.Contact(edge.Person(from))).Add("User-Agent", scribe.Profile.UserAgent).AddLines(c.Texts("extra"));
        draft.Body(c.Text("contentType") ?? (c.Text("text") is null ? null : "text/plain; charset=UTF-8"), c.Text("body") ?? c.Text("text"));
        var sent = edge.Transactions.Send(draft, null, o =>
        {
            if (!o.IsFinal) return;
            edge.Events.Emit("request-result", ("for", c.Id), ("method", method), ("from", from), ("to", to), ("status", o.Status), ("reason", o.Reason),
                ("diagnostics", o.Diagnostics), ("allow", o.Response?.Get("Allow")), ("contact", o.Response?.Get("Contact")), ("callId", o.Response?.CallId));
            if (method == "OPTIONS" && o.Status != 200) edge.Events.Violation("H24", "options", "OPTIONS with Max-Forwards " + maxForwards + " answered " + o.Status);
        }, edge.Links.Chosen(c.Number("conn")));
        edge.Events.Answer(c.Id, ok: true, ("callId", sent.CallId));
    }

    private static bool Mentions(Command c, string name) => c.Texts("extra").Any(l => l.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase));
}
