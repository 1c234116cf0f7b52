using Gateway.Admin.Reports;

namespace Gateway.Host.Screens;

/// <summary>
/// What stands between us and the peers (PS-131): one line a connection, whose columns hold hundreds of them and the longest names side by side, or everything about each. The domains have no
/// natural width and stand last.
/// </summary>
public static class ConnectionsScreen
{
    private const int LabelWidth = 8;

    /// <summary>One line for each connection.</summary>
    public static IEnumerable<string> List(IReadOnlyList<ConnectionRow> rows, DateTimeOffset now)
    {
        yield return Head(rows);
        if (rows.Count == 0) yield break;
        string[] heads = ["nr", "way", "phase", "age", "last", "in", "out", "queued", "proved by", "TLS", "remote", "peer", "domains"];
        foreach (var line in Layout.Columns(heads, [.. rows.Select(r => Cells(r, now))])) yield return line;
    }

    /// <summary>All that is known of each connection.</summary>
    public static IEnumerable<string> Details(IReadOnlyList<ConnectionRow> rows, DateTimeOffset now, int width)
    {
        yield return Head(rows);
        foreach (var (peer, c) in rows.Select(r => (r.Peer, r.Connection)))
        {
            yield return "";
            var stands = c.Since is { } since ? $", since {Layout.When(since)} ({Layout.Age(now - since)})" : "";
            yield return $"{Layout.Clean(peer)}#{Layout.Number(c.Number)}: {c.Direction} {Layout.Clean(c.Remote)}, {Layout.Clean(c.Phase)}{stands}";
            foreach (var (label, text) in Entries(c, now))
                foreach (var line in Layout.Entry(label, LabelWidth, text, width)) yield return line;
        }
    }

    private static string Head(IReadOnlyList<ConnectionRow> rows)
    {
        var accepted = rows.Count(r => r.Connection.Direction == "in");
        return rows.Count == 0 ? "connections: none" : $"connections: {Layout.Number(accepted)} in, {Layout.Number(rows.Count - accepted)} out";
    }

    private static string[] Cells(ConnectionRow row, DateTimeOffset now)
    {
        var c = row.Connection;
        return
        [
            Layout.Number(c.Number), c.Direction, c.Phase, c.Since is { } since ? Layout.Age(now - since) : "", c.LastItem is { } last ? Layout.Age(now - last) : "never",
            Layout.Number(c.ItemsIn), Layout.Number(c.ItemsOut), Layout.Number(c.Queued), c.ProvedBy, Version(c.Tls), c.Remote, row.Peer,
            c.Domains.Count switch { 0 => "", 1 => c.Domains[0], var count => $"{c.Domains[0]} and {Layout.Number(count - 1)} more" },
        ];
    }

    private static IEnumerable<(string Label, string Text)> Entries(ConnectionStatus c, DateTimeOffset now)
    {
        foreach (var (index, domains) in c.Domains.Index()) yield return (index == 0 ? "domains" : "", domains);
        foreach (var (index, proof) in c.Proofs.Index()) yield return (index == 0 ? "proved" : "", proof);
        foreach (var (index, why) in c.Trust.Index()) yield return (index == 0 ? "because" : "", why);
        yield return ("TLS", c.Tls.Length == 0 ? "none" : $"{c.Tls}; our certificates of version {Layout.Number(c.CertificateVersion)}");
        if (c.Subject.Length > 0) yield return ("subject", c.Subject);
        if (c.Features.Count > 0) yield return ("features", string.Join(' ', c.Features));
        var latest = c.LastItem is { } last ? $"last {Layout.When(last)} ({Layout.Age(now - last)} ago)" : "nothing yet";
        yield return ("crossed", $"{Layout.Number(c.ItemsIn)} in, {Layout.Number(c.ItemsOut)} out, {latest}");
        yield return ("open", $"{Layout.Number(c.Queued)} queued, {Layout.Number(c.Unacknowledged)} unacknowledged{(c.Dialogs > 0 ? $", {Layout.Number(c.Dialogs)} dialogs" : "")}");
    }

    // "Tls13 TLS_AES_256_GCM_SHA384" is 1.3.
    private static string Version(string tls)
    {
        var name = tls.Split(' ')[0];
        if (name.Length == 0) return "none";
        return name.Length == 5 && name.StartsWith("Tls", StringComparison.Ordinal) ? $"{name[3]}.{name[4]}" : name;
    }
}
