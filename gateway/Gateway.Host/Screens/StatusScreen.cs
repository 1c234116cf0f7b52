using Gateway.Admin.Reports;

namespace Gateway.Host.Screens;

/// <summary>
/// The running appliance for people. What is always so comes first and what is wrong comes last, next to the prompt: peers that cannot be reached, then who was refused, each with its next step.
/// </summary>
public static class StatusScreen
{
    /// <summary>So many connections are shown one by one; more are counted.</summary>
    public const int ConnectionsMax = 20;

    /// <summary>So many refusals are shown, the last ones.</summary>
    public const int RefusalsMax = 20;

    private const int LabelWidth = 4;
    private static readonly TimeSpan HangingFor = TimeSpan.FromSeconds(3);

    public static IEnumerable<string> Lines(StatusReport status, DateTimeOffset now, int width) =>
        [.. Head(status), .. Tables(status), .. PeersOf(status, width), .. ConnectionsOf(status, now), .. TracesOf(status), .. Trouble(status, now, width), .. Refusals(status, now, width)];

    private static IEnumerable<string> Head(StatusReport status)
    {
        yield return $"gateway {status.Version}: {status.State} for {Layout.Age(TimeSpan.FromSeconds(status.UptimeSeconds))}, since {Layout.When(status.StartedAt)}";
        yield return $"configuration {status.Configuration.Path}, in force since {Layout.When(status.Configuration.LoadedAt)}";
    }

    private static IEnumerable<string> Tables(StatusReport status) =>
    [
        .. Table("listeners", ["protocol", "bound", "connections", "address"], status.Listeners.Select(l => new[] { l.Protocol, l.IsBound ? "yes" : "NO", Layout.Number(l.Connections), l.Address })),
        .. Table($"certificates, version {Layout.Number(status.Certificates.Version)}", ["name", "days left", "until", "SHA-256", "for"],
            status.Certificates.Own.Select(c => new[]
            {
                c.Name, c.DaysLeft < 0 ? "ended" : Layout.Number(c.DaysLeft), Layout.When(c.NotAfter), c.Fingerprint[..Math.Min(16, c.Fingerprint.Length)], string.Join(' ', c.Domains),
            })),
        .. Table("trust sets", ["name", "roots", "of the system", "days left"],
            status.Certificates.Trust.Select(t => new[] { t.Name, Layout.Number(t.Roots), t.IncludesSystemRoots ? "too" : "no", t.DaysLeft is { } days ? Layout.Number(days) : "" })),
        .. Table("engine", ["value", "number"], status.Engine.Select(e => new[] { Layout.Number(e.Value), e.Key })),
        .. Table("domains", ["kind", "blocked", "through", "domain"], status.Domains.Select(d => new[] { d.Kind, d.IsBlocked ? "yes" : "", d.Peer, d.Name })),
    ];

    private static IEnumerable<string> PeersOf(StatusReport status, int width)
    {
        foreach (var line in Table("peers", ["peer", "protocol", "profile", "in", "out", "pace", "domains"], status.Peers.Select(p => new[]
        {
            p.Name, p.Protocol, p.Profile,
            Layout.Number(p.Connections.Count(c => c.Direction == "in")), Layout.Number(p.Connections.Count(c => c.Direction == "out")), p.Pace, string.Join(' ', p.Domains),
        })))
            yield return line;
        foreach (var peer in status.Peers.Where(p => p.Relaxations.Count + p.Limits.Count > 0))
        {
            yield return $"relaxed or limited for {Layout.Clean(peer.Name)}";
            foreach (var text in peer.Relaxations.Concat(peer.Limits))
                foreach (var line in Layout.Entry("", 0, text, width)) yield return line;
        }
    }

    private static IEnumerable<string> ConnectionsOf(StatusReport status, DateTimeOffset now)
    {
        var rows = status.Peers.SelectMany(p => p.Connections.Select(c => new ConnectionRow(p.Name, c))).ToList();
        if (rows.Count <= ConnectionsMax) return ConnectionsScreen.List(rows, now);
        var accepted = rows.Count(r => r.Connection.Direction == "in");
        return [$"connections: {Layout.Number(accepted)} in, {Layout.Number(rows.Count - accepted)} out; `gateway connections` lists them"];
    }

    private static IEnumerable<string> TracesOf(StatusReport status) => status.Traces.Count == 0 ? [] : Table("traces", ["of", "by", "since", "texts of users", "lines", "not shown"],
        status.Traces.Select(t => new[] { t.Subject, t.Who, Layout.When(t.Since), t.ShowsBodies ? "shown" : "hidden", Layout.Number(t.Lines), Layout.Number(t.Lost) }));

    private static IEnumerable<string> Trouble(StatusReport status, DateTimeOffset now, int width)
    {
        var troubles = Troubles(status, now).ToList();
        yield return troubles.Count == 0 ? "trouble: none" : "trouble";
        foreach (var (what, next) in troubles)
            foreach (var line in Told(what, next, width)) yield return line;
    }

    private static IEnumerable<(string What, string Next)> Troubles(StatusReport status, DateTimeOffset now)
    {
        if (status.Configuration.LastReload is { IsApplied: false } failed)
            foreach (var fault in failed.Faults) yield return ($"the reload of {Layout.When(failed.At)} failed and changed nothing: {fault}", "mend the file; gateway config check; gateway reload");
        foreach (var own in status.Certificates.Own.Where(c => c.DaysLeft < 0))
            yield return ($"our certificate {own.Name} has ended: who checks it refuses us", "renew it and put the new files in place; before that neither a restart nor a reload succeeds");
        foreach (var fault in status.Certificates.Faults) yield return ($"certificates not reloaded: {fault}", "mend the files; what was in use stays in use meanwhile");
        foreach (var listener in status.Listeners.Where(l => !l.IsBound)) yield return ($"{listener.Protocol} {listener.Address} is not bound", "the log says why");
        foreach (var peer in status.Peers)
        {
            var rest = peer.NextTryAt is { } at && at - now >= TimeSpan.FromSeconds(1) ? $"; not tried again for {Layout.Age(at - now)}" : "";
            if (peer.LastFailure.Length > 0) yield return ($"{peer.Name} could not be reached: {peer.LastFailure}{rest}", Next(peer, rest.Length > 0));
            foreach (var c in peer.Connections.Where(c => IsHanging(c, now)))
                yield return ($"{peer.Name}: the stream to {c.Remote} does not come to stand: {c.Phase} since {Layout.When(c.Since!.Value)}, {Layout.Number(c.Queued)} wait for it",
                    $"gateway doctor {peer.Name}");
            foreach (var target in peer.Quarantined)
                yield return ($"{peer.Name}: {target.Target} is left alone until {Layout.When(target.Until)} after {Layout.Number(target.Failures)} failures: {target.Reason}",
                    $"gateway doctor {peer.Name}");
        }
    }

    private static string Next(PeerStatus peer, bool isResting) =>
        $"gateway doctor {peer.Name}{(isResting && peer.Protocol == "xmpp" ? "; when it is mended, gateway streams forget ends the rest" : "")}";

    private static IEnumerable<string> Refusals(StatusReport status, DateTimeOffset now, int width)
    {
        if (status.Refusals.Count == 0)
        {
            yield return "recent refusals: none";
            yield break;
        }

        var last = status.Refusals.OrderByDescending(r => r.LastAt).Take(RefusalsMax).Reverse().ToList();
        yield return last.Count == status.Refusals.Count ? "recent refusals" : $"recent refusals, the last {Layout.Number(last.Count)} of {Layout.Number(status.Refusals.Count)} (--json has all)";
        foreach (var r in last)
        {
            var often = r.Count == 1 ? Layout.When(r.LastAt) : $"{Layout.Number(r.Count)} times, last {Layout.When(r.LastAt)}";
            foreach (var line in Told($"{r.Reason} of {r.Subject}, {often} ({Layout.Age(now - r.LastAt)} ago): {r.Text}", NextStepOf(status, r), width)) yield return line;
        }
    }

    // One that nobody has proved himself on for seconds, although we have something to say there.
    private static bool IsHanging(ConnectionStatus c, DateTimeOffset now) =>
        c is { Direction: "out", ProvedBy: "none", Since: { } since } && c.Phase is not ("open" or "leaving" or "closing" or "closed" or "ended") && now - since >= HangingFor;

    // Ready to type where it is known whom it is about.
    private static string NextStepOf(StatusReport status, RefusalStatus refusal)
    {
        var peer = status.Peers.FirstOrDefault(p => p.Name == refusal.Subject || p.Domains.Contains(refusal.Subject, StringComparer.Ordinal));
        return peer is null ? refusal.NextStep : refusal.NextStep.Replace("gateway doctor PEER", $"gateway doctor {peer.Name}", StringComparison.Ordinal);
    }

    private static IEnumerable<string> Told(string what, string next, int width) =>
        [.. Layout.Entry("-", 1, what, width), .. next.Length == 0 ? [] : Layout.Entry("", LabelWidth - 3, "next: " + next, width)];

    private static IEnumerable<string> Table(string title, IReadOnlyList<string> heads, IEnumerable<IReadOnlyList<string>> rows)
    {
        var lines = rows.ToList();
        return lines.Count == 0 ? [$"{title}: none"] : [title, .. Layout.Columns(heads, lines)];
    }
}
