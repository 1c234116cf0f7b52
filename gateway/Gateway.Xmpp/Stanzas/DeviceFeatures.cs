using System.Security.Cryptography;
using System.Text;
using Gateway.Xmpp.Protocol.Wire;

namespace Gateway.Xmpp.Stanzas;

/// <summary>
/// What the one device that we show of each SIP user can do (XEP-0030), and its hash for presence (XEP-0115): whoever knows the hash asks nobody, and clients begin chat states and receipts
/// only where they know of them.
/// </summary>
internal static class DeviceFeatures
{
    private const string Node = "urn:x-gateway:caps:0";
    private const string Category = "client";
    private const string Type = "pc";

    private static readonly string[] s_features =
        [Namespaces.DiscoInfo, Namespaces.Ping, Namespaces.Version, Namespaces.Time, Namespaces.ChatStates, Namespaces.Receipts, Namespaces.XhtmlIm, Namespaces.Caps];

    private static readonly string s_hash = HashOf(s_features);

    /// <summary>The answer to disco#info without a node.</summary>
    public static XmlElement Info { get; } = Query(null);

    /// <summary>The element that stands in presence.</summary>
    public static XmlElement Caps { get; } = new(
        "c", Namespaces.Caps, [new XmlAttribute("hash", "sha-1"), new XmlAttribute("node", Node), new XmlAttribute("ver", s_hash)], null);

    private static readonly XmlElement s_infoOfCaps = Query($"{Node}#{s_hash}");

    /// <summary>The answer for a node; null when there is none of that name.</summary>
    public static XmlElement? InfoOf(string? node) => node is null ? Info : node == s_infoOfCaps.Attribute("node") ? s_infoOfCaps : null;

    // XEP-0115 §5.1: category/type/lang/name, then the features sorted as bytes, each followed by '<'. SHA-1 is the hash that everybody must know; it names, it proves nothing.
    private static string HashOf(IEnumerable<string> features)
    {
        string text = $"{Category}/{Type}//<" + string.Concat(features.Order(StringComparer.Ordinal).Select(feature => feature + "<"));
        return Convert.ToBase64String(SHA1.HashData(Encoding.UTF8.GetBytes(text)));
    }

    private static XmlElement Query(string? node)
    {
        var nodes = new List<XmlNode> { new XmlElement("identity", Namespaces.DiscoInfo, [new XmlAttribute("category", Category), new XmlAttribute("type", Type)], null) };
        foreach (string feature in s_features) nodes.Add(new XmlElement("feature", Namespaces.DiscoInfo, [new XmlAttribute("var", feature)], null));
        return new XmlElement("query", Namespaces.DiscoInfo, node is null ? null : [new XmlAttribute("node", node)], [.. nodes]);
    }
}
