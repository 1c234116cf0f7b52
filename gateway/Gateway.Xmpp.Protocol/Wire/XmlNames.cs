using System.Text;

namespace Gateway.Xmpp.Protocol.Wire;

/// <summary>The names, namespaces and short values that fill real streams, kept once. A fixed table: nothing a peer sends ever enters it.</summary>
internal static class XmlNames
{
    private const int Slots = 1024;
    private static readonly (byte[] Utf8, string Text)[] s_table = Build();

    /// <summary>The shared string when these bytes are known, else a new one.</summary>
    public static string Get(ReadOnlySpan<byte> utf8) => Find(utf8) ?? Encoding.UTF8.GetString(utf8);

    /// <summary>The shared string when these bytes are known, else null.</summary>
    public static string? Find(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty) return "";
        for (int slot = Hash(utf8); s_table[slot].Utf8 is { } known; slot = (slot + 1) & (Slots - 1))
        {
            if (utf8.SequenceEqual(known)) return s_table[slot].Text;
        }
        return null;
    }

    private static int Hash(ReadOnlySpan<byte> utf8)
    {
        int hash = utf8.Length;
        hash = (hash * 31) + utf8[0];
        hash = (hash * 31) + utf8[utf8.Length >> 1];
        hash = (hash * 31) + utf8[^1];
        return hash & (Slots - 1);
    }

    private static (byte[] Utf8, string Text)[] Build()
    {
        string[] words =
        [
            "message", "presence", "iq", "body", "subject", "thread", "show", "status", "priority", "error", "text", "query", "x", "c", "ping",
            "from", "to", "id", "type", "lang", "xml", "xmlns", "version", "code", "by", "stamp", "node", "ver", "hash", "jid", "name", "category", "var",
            "stream", "features", "starttls", "required", "proceed", "failure", "mechanisms", "mechanism", "auth", "success", "challenge", "response", "abort",
            "result", "verify", "db", "dialback", "errors", "bidi", "sm", "valid", "invalid", "get", "set", "chat", "normal", "groupchat", "headline",
            "subscribe", "subscribed", "unsubscribe", "unsubscribed", "probe", "unavailable", "away", "xa", "dnd", "EXTERNAL", "1.0", "0", "1", "5",
            "active", "composing", "paused", "inactive", "gone", "request", "received", "delay", "html", "p", "br", "span", "a", "nick", "vCard", "photo",
            "identity", "feature", "item", "os", "cancel", "continue", "modify", "wait", "en", "en-US", "sha-1", "addresses", "address", "origin-id", "stanza-id", "markable",
            "bad-request", "conflict", "feature-not-implemented", "forbidden", "internal-server-error", "item-not-found", "jid-malformed", "not-acceptable",
            "not-allowed", "not-authorized", "policy-violation", "recipient-unavailable", "redirect", "registration-required", "remote-server-not-found",
            "remote-server-timeout", "resource-constraint", "service-unavailable", "subscription-required", "undefined-condition", "unexpected-request",
            Namespaces.Xml, Namespaces.Streams, Namespaces.Server, Namespaces.Client, Namespaces.Dialback, Namespaces.DialbackFeature, Namespaces.Tls, Namespaces.Sasl,
            Namespaces.StreamErrors, Namespaces.StanzaErrors, Namespaces.Bidi, Namespaces.StreamManagement, Namespaces.ChatStates, Namespaces.Receipts, Namespaces.Delay,
            Namespaces.XhtmlIm, Namespaces.Xhtml, Namespaces.Ping, Namespaces.DiscoInfo, Namespaces.DiscoItems, Namespaces.Version, Namespaces.VCard, Namespaces.Caps,
            Namespaces.Nick, Namespaces.Addresses, Namespaces.Muc, Namespaces.MucUser, Namespaces.Conference,
            "urn:xmpp:sid:0", "urn:xmpp:chat-markers:0", "vcard-temp:x:update",
        ];
        var table = new (byte[], string)[Slots];
        foreach (string word in words)
        {
            byte[] utf8 = Encoding.UTF8.GetBytes(word);
            int slot = Hash(utf8);
            while (table[slot].Item1 is not null) slot = (slot + 1) & (Slots - 1);
            table[slot] = (utf8, string.Intern(word));
        }
        return table;
    }
}
