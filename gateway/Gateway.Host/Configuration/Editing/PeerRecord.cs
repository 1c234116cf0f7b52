using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Certificates;

namespace Gateway.Host.Configuration.Editing;

/// <summary>The record of a peer as it is written into the file.</summary>
public static class PeerRecord
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The products that can be named, each with the profile it gets.</summary>
    public static IReadOnlyDictionary<string, string> Products { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["ocs"] = "ocs2007r2", ["lync"] = "lync2013", ["lync2010"] = "lync2010", ["lync2013"] = "lync2013", ["sfb"] = "sfb2015", ["sip"] = "generic",
        ["openfire"] = "openfire", ["prosody"] = "prosody", ["ejabberd"] = "ejabberd", ["xmpp"] = "generic",
    };

    public static bool IsXmpp(string product) => product is "openfire" or "prosody" or "ejabberd" or "xmpp";

    public static string NameOf(PeerOrder order) => order.Name ?? DomainNames.ToAscii(order.Domains[0]);

    /// <summary>Its lines, without indent.</summary>
    public static IReadOnlyList<string> Lines(PeerOrder order)
    {
        var isXmpp = IsXmpp(order.Product);
        var members = new List<(string Name, string Value)>
        {
            ("name", Text(NameOf(order))), ("protocol", Text(isXmpp ? "xmpp" : "sip")), ("profile", Text(Products[order.Product])),
        };
        if (order.Host.Length > 0) members.Add(("addresses", List([string.Create(CultureInfo.InvariantCulture, $"{order.Host}:{order.Port ?? (isXmpp ? 5269 : 5061)}")])));
        if (!isXmpp) members.Add(("tlsSubjects", List([order.Host])));
        members.Add(("fromDomains", List(order.Domains)));
        members.Add(("trust", Text(order.Trust)));
        if (order.Dialback) members.Add(("dialback", "true"));
        if (order.PrivateTargets) members.Add(("privateTargets", "true"));
        return ["{", .. members.Select((m, i) => $"  \"{m.Name}\": {m.Value}{(i + 1 < members.Count ? "," : "")}"), "}"];
    }

    /// <summary>Whether a record in the file says everything the wanted one does; it may say more.</summary>
    public static bool IsMet(JsonElement there, IReadOnlyList<string> wanted)
    {
        using var document = JsonDocument.Parse(string.Join('\n', wanted));
        foreach (var member in document.RootElement.EnumerateObject())
            if (!there.TryGetProperty(member.Name, out var value) || !JsonElement.DeepEquals(value, member.Value)) return false;
        return true;
    }

    private static string Text(string value) => JsonSerializer.Serialize(value, Plain);

    private static string List(IEnumerable<string> values) => $"[{string.Join(", ", values.Select(Text))}]";
}
