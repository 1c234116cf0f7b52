using Certificates;

namespace Gateway.Host.Verbs;

/// <summary>
/// <c>gateway certs lab</c>: an authority, and a certificate for each actor of the default configuration. A second run keeps the authority, so that whoever trusts it still does, and issues anew.
/// </summary>
internal static class CertsLabVerb
{
    // The gateway stands for the SIP domain in XMPP and is named by its host name in SIP: one certificate holds both. A real edge has serverAuth only, and so has ours.
    private static readonly string[] DefaultSet =
    [
        "gateway=gw.jabber.example,jabber.example,contoso.example", "edge=server:sip.contoso.example", "prosody=jabber.example",
    ];

    public static int Run(string directory, string[] extra, bool asJson)
    {
        var orders = new List<(string Name, LabLeafOptions Leaf)>();
        foreach (var text in DefaultSet.Concat(extra))
        {
            if (Parse(text) is not { } order)
            {
                Output.Error($"--issue {text}: expected NAME=dns1,dns2 or NAME=server:dns1,dns2");
                return ExitCodes.Usage;
            }

            orders.RemoveAll(o => o.Name == order.Name);
            orders.Add(order);
        }

        var files = Write(Path.GetFullPath(directory), orders);
        if (asJson) Output.Json(files);
        else
            foreach (var file in files) Output.Line(file);
        return ExitCodes.Good;
    }

    private static List<string> Write(string directory, List<(string Name, LabLeafOptions Leaf)> orders)
    {
        var now = TimeProvider.System.GetUtcNow();
        Directory.CreateDirectory(directory);
        var files = new List<string> { Path.Combine(directory, "ca.crt"), Path.Combine(directory, "ca.key") };
        LabAuthority authority;
        if (files.TrueForAll(File.Exists)) authority = LabAuthority.Load(directory, now);
        else
        {
            authority = LabAuthority.Create(now);
            authority.WriteTo(directory);
        }

        foreach (var (name, leaf) in orders)
        {
            var (certificate, key) = authority.Issue(leaf).WriteTo(directory, name);
            files.Add(certificate);
            files.Add(key);
        }

        return files;
    }

    private static (string Name, LabLeafOptions Leaf)? Parse(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0) return null;
        var (name, names) = (text[..equals], text[(equals + 1)..]);
        var isServerOnly = names.StartsWith("server:", StringComparison.Ordinal);
        var dns = (isServerOnly ? names[7..] : names).Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (dns.Length == 0 || name.Contains('/', StringComparison.Ordinal) || name is "ca") return null;
        return (name, LabLeafOptions.For(dns) with { Usage = isServerOnly ? LabUsage.ServerAuth : LabUsage.Both });
    }
}
