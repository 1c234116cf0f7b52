using System.Net;

namespace XmppPeer;

/// <summary>What the process is started with; everything about a domain is said by the verb <c>domain</c>.</summary>
public sealed record PeerOptions
{
    public required IPEndPoint Listen { get; init; }

    /// <summary>Where TLS begins with the first byte (XEP-0368); null listens for none.</summary>
    public IPEndPoint? ListenTls { get; init; }

    /// <summary>The only trust.</summary>
    public required string AuthorityFile { get; init; }

    /// <summary>Where every foreign domain is dialled unless the verb <c>route</c> says otherwise.</summary>
    public IPEndPoint? Gateway { get; init; }

    /// <summary>Tell each text that goes out and comes in.</summary>
    public bool Traces { get; init; }

    public static PeerOptions? Read(string[] words, out string fault)
    {
        Dictionary<string, string> given = new(StringComparer.Ordinal);
        for (var at = 0; at < words.Length; at++)
        {
            if (words[at] == "--trace") given["--trace"] = "";
            else if (at + 1 < words.Length && words[at] is "--listen" or "--listen-tls" or "--ca" or "--gateway") given[words[at]] = words[++at];
            else
            {
                fault = "what is " + words[at] + "?";
                return null;
            }
        }

        fault = "needs --listen IP:PORT and --ca FILE";
        if (!given.TryGetValue("--listen", out var listen) || !IPEndPoint.TryParse(listen, out var end) || !given.TryGetValue("--ca", out var authority)) return null;
        return new PeerOptions
        {
            Listen = end, AuthorityFile = authority, Traces = given.ContainsKey("--trace"),
            ListenTls = given.TryGetValue("--listen-tls", out var tls) ? IPEndPoint.Parse(tls) : null,
            Gateway = given.TryGetValue("--gateway", out var gateway) ? IPEndPoint.Parse(gateway) : null,
        };
    }
}
