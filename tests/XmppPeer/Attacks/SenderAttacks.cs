namespace XmppPeer.Attacks;

/// <summary>Lies about who speaks and to whom, on a stream that is otherwise in order (RFC 6120 §8.1).</summary>
public static class SenderAttacks
{
    public static readonly IReadOnlyDictionary<string, Attack> All = new Dictionary<string, Attack>(StringComparer.Ordinal)
    {
        ["spoofed-from"] = Says(g => g.Message("forged", "juliet@" + g.Victim)),
        ["spoofed-subdomain"] = Says(g => g.Message("forged", "juliet@sub." + g.Persona.Domain)),
        ["spoofed-own-domain"] = Says(g => g.Message("forged", "anna@" + g.Target)),
        ["no-from"] = Says(g => $"<message to='bo@{g.Target}'><body>who?</body></message>"),
        ["no-to"] = Says(g => $"<message from='mallory@{g.Persona.Domain}'><body>whom?</body></message>"),
        ["foreign-to"] = Says(g => g.Message("relay this", to: "somebody@elsewhere.invalid")),
        ["no-stanza"] = Says(_ => "<enable xmlns='urn:nothing'/>"),
        ["escape-in-from"] = Says(g => g.Message("steers a terminal", $"mallory@{g.Persona.Domain}/\u009b31m")),
        ["turned-from"] = Says(g => g.Message("reads backwards", "m\u202eyrollam@" + g.Persona.Domain)),
        ["broken-from"] = Says(g => $"<message from='@@' to='bo@{g.Target}'/>"),
    };

    private static Attack Says(Func<Ground, string> text) => new(Manners.Proved, g => g.Stream.SendAsync(text(g)));
}
