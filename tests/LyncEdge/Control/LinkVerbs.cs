using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using LyncEdge.Links;

namespace LyncEdge.Control;

/// <summary>The verbs of connections, raw bytes and the edge itself.</summary>
public sealed class LinkVerbs(AccessEdge edge)
{
    public void AddTo(Dictionary<string, Action<Command>> verbs)
    {
        verbs["dial"] = Dial;
        verbs["identity"] = Identify;
        verbs["drop"] = Drop;
        verbs["wire"] = Wire;
        verbs["release-bytes"] = c => Each(c, l => l.Release());
        verbs["keep-alive"] = c => Each(c, l => l.Send("\r\n\r\n"u8.ToArray()));
        verbs["raw"] = Raw;
        verbs["listen"] = c => Ok(c, ("listen", edge.Links.Listen().ToString()));
        verbs["stop-listening"] = StopListening;
        verbs["throttle"] = Throttle;
        verbs["settings"] = Settings;
        verbs["state"] = State;
        verbs["expectations"] = c => Ok(c, ("violations", edge.Events.Violations));
        verbs["forgive"] = Forgive;
        verbs["restart"] = Restart;
        verbs["quit"] = Quit;
    }

    /// <summary>A connection beside the pool, with an identity of its own if one is given; its number names it in later commands.</summary>
    private void Dial(Command c)
    {
        var link = edge.Links.Dial(IdentityOf(c));
        link.Habit = edge.Links.Habit;
        Ok(c, ("conn", link.Number));
    }

    private void Identify(Command c)
    {
        edge.Links.Identity = IdentityOf(c);
        if (c.Flag("drop", otherwise: true))
            foreach (var link in edge.Links.All.ToArray()) link.Drop(abort: false);
        OkWhenEnded(c);
    }

    private Identity IdentityOf(Command c)
    {
        var o = edge.Options;
        var changes = c.Text("cert") ?? c.Text("pfx") ?? c.Text("tls") ?? c.Text("ca") ?? c.Text("host");
        if (changes is null && !c.Flag("noCert")) return edge.Links.Identity;
        return Identity.Load(o with
        {
            CertificateFile = c.Text("cert") ?? o.CertificateFile, KeyFile = c.Text("cert") is null ? o.KeyFile : c.Text("key"),
            PfxFile = c.Text("cert") is null ? c.Text("pfx") ?? o.PfxFile : null, PfxPassword = c.Text("pfxPassword") ?? o.PfxPassword,
            AuthorityFile = c.Text("ca") ?? o.AuthorityFile, GatewayHost = c.Text("host") ?? o.GatewayHost, TlsVersion = c.Text("tls") ?? o.TlsVersion,
            SendsCertificate = o.SendsCertificate && !c.Flag("noCert"), Verifies = c.Flag("verify", o.Verifies),
        });
    }

    private void Drop(Command c)
    {
        var links = c.Number("conn") is { } n ? edge.Links.All.Where(l => l.Number == n).ToArray() : [.. edge.Links.All];
        foreach (var link in links) link.Drop(c.Flag("abort"));
        OkWhenEnded(c, ("dropped", links.Length));
    }

    /// <summary>How bytes leave from now on: one by one, padded with keep-alives, or held back to leave together.</summary>
    private void Wire(Command c)
    {
        var habit = new WriteHabit(c.Flag("split"), c.Flag("pad"), c.Flag("hold")) { IsRandom = c.Flag("random") };
        edge.Links.Habit = habit with { Holds = false };
        Each(c, l => l.Habit = habit);
    }

    private void Each(Command c, Action<Link> act)
    {
        // With no connection yet, the verb speaks of the one that will be used.
        if (edge.Links.All.Count == 0) edge.Links.Next();
        foreach (var link in edge.Links.All)
            if (c.Number("conn") is not { } n || n == link.Number) act(link);
        Ok(c);
    }

    private void Raw(Command c)
    {
        var bytes = c.Text("base64") is { } b ? Convert.FromBase64String(b) : c.Text("hex") is { } h ? Convert.FromHexString(h) : Encoding.UTF8.GetBytes(Template(c.Need("text")));
        var times = c.Number("times") ?? 1;
        var link = (c.Flag("new") ? edge.Links.Dial(edge.Links.Identity) : edge.Links.Chosen(c.Number("conn")) ?? edge.Links.Next())
            ?? throw new CommandFault("no such connection");
        for (var i = 0; i < times; i++) link.Send(bytes);
        edge.Events.Emit("sent", ("kind", "raw"), ("bytes", bytes.Length * times), ("conn", link.Number));
        Ok(c, ("conn", link.Number), ("bytes", bytes.Length * times));
    }

    /// <summary>Placeholders of raw text: a fresh branch, tag and Call-ID, so that a script can be sent twice.</summary>
    private string Template(string text) => text.Replace("${branch}", edge.Scribe.Branch(), StringComparison.Ordinal)
        .Replace("${tag}", edge.Scribe.ClientTag(), StringComparison.Ordinal).Replace("${callId}", edge.Scribe.CallId(), StringComparison.Ordinal);

    private void StopListening(Command c)
    {
        edge.Links.StopListening();
        Ok(c);
    }

    private void Throttle(Command c)
    {
        edge.Throttle.Mode = c.Text("mode") ?? "503";
        edge.Throttle.PerSecond = c.Number("rate") ?? edge.Throttle.PerSecond;
        edge.Throttle.ContactsMax = c.Number("contacts") ?? edge.Throttle.ContactsMax;
        Ok(c);
    }

    private void Settings(Command c)
    {
        edge.Diagnostics = c.Text("diagnostics") ?? edge.Diagnostics;
        edge.Links.Size = Math.Clamp(c.Number("connections") ?? edge.Links.Size, 1, 4);
        edge.IdleSeconds = c.Number("idleSeconds") ?? edge.IdleSeconds;
        edge.Scribe.ReplacesHost = c.Flag("replaceHost", edge.Scribe.ReplacesHost);
        edge.Loops = c.Flag("loops", edge.Loops);
        if (c.Text("gateway") is { } gateway) edge.Links.Gateway = IPEndPoint.Parse(gateway);
        if (c.Fields.ContainsKey("extra"))
        {
            edge.Scribe.ExtraLines.Clear();
            edge.Scribe.ExtraLines.AddRange(c.Texts("extra"));
        }

        Ok(c);
    }

    private void State(Command c)
    {
        var links = edge.Links.All.Select(l => new JsonObject { ["conn"] = l.Number, ["inbound"] = l.IsInbound, ["open"] = l.IsOpen });
        var watches = edge.Watches.All.Select(w => new JsonObject
        {
            ["from"] = w.From, ["to"] = w.To, ["state"] = w.State, ["granted"] = w.GrantedExpires, ["shows"] = w.Seen?.Shows, ["callId"] = w.Dialog.CallId,
        });
        var watchers = edge.Watchers.All.Select(w => new JsonObject
        {
            ["from"] = w.From, ["to"] = w.To, ["state"] = w.State, ["format"] = w.Format, ["callId"] = w.Dialog.CallId,
        });
        var talks = edge.Talks.All.Select(t => new JsonObject
        {
            ["from"] = t.Local, ["to"] = t.Remote, ["state"] = t.State, ["outgoing"] = t.IsOutgoing, ["waiting"] = t.Waiting.Count, ["callId"] = t.Dialog.CallId,
        });
        var users = edge.People.Select(p => new JsonObject { ["user"] = p.Address, ["shows"] = p.Shown.Name, ["policy"] = p.Policy.ToString() });
        Ok(c, ("connections", links), ("subscriptions", watches), ("watchers", watchers), ("conversations", talks), ("users", users),
            ("pending", edge.Transactions.Count), ("dialogs", edge.Dialogs.Count));
    }

    private void Forgive(Command c)
    {
        edge.Events.Forget();
        Ok(c);
    }

    /// <summary>As if the machine were started anew: the connections end, no dialog is known any more, people and settings stay.</summary>
    private void Restart(Command c)
    {
        foreach (var watch in edge.Watches.All.ToArray()) edge.Watches.Forget(watch);
        foreach (var watcher in edge.Watchers.All.ToArray()) edge.Watchers.Forget(watcher);
        foreach (var talk in edge.Talks.All.ToArray()) edge.Talks.End(talk, "restart");
        var links = edge.Links.All.ToArray();
        foreach (var link in links) link.Drop(abort: false);
        OkWhenEnded(c, ("dropped", links.Length));
    }

    private void Quit(Command c)
    {
        Ok(c);
        edge.Quit();
    }

    // The ends stand in the mailbox already: whoever reads the answer has been told of them, and counts none of them later.
    private void OkWhenEnded(Command command, params (string Key, object? Value)[] fields) => edge.Post(() => Ok(command, fields));

    private void Ok(Command command, params ReadOnlySpan<(string Key, object? Value)> fields) => edge.Events.Answer(command.Id, ok: true, fields);
}
