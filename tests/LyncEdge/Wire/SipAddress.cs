using System.Globalization;
using System.Net;

namespace LyncEdge.Wire;

/// <summary>A name-addr or addr-spec (RFC 3261 §20.10) taken apart just far enough: scheme, user, host, port, tag.</summary>
public sealed record SipAddress(string Text, string Uri, string Scheme, string User, string Host, int Port, string? Tag)
{
    /// <summary>user@host in lower case: how the edge names a person.</summary>
    public string Person => User.Length == 0 ? Host.ToLowerInvariant() : (Unescaped(User) + "@" + Host).ToLowerInvariant();

    /// <summary>An edge resolves names; an address literal is where it falls silent (field fact A6).</summary>
    public bool IsFqdn => Host.Contains('.', StringComparison.Ordinal) && !IPAddress.TryParse(Host.Trim('[', ']'), out _);

    public static SipAddress Read(string? value)
    {
        var text = value ?? "";
        var bracketed = text.Contains('<', StringComparison.Ordinal);
        var uri = bracketed ? SipText.Bracketed(text).Trim('<', '>') : text.Split(';', 2)[0].Trim();
        var tag = SipText.Parameter(text, "tag");
        var colon = uri.IndexOf(':', StringComparison.Ordinal);
        var scheme = colon < 0 ? "" : uri[..colon].ToLowerInvariant();
        var rest = colon < 0 ? uri : uri[(colon + 1)..];
        var at = rest.IndexOf('@', StringComparison.Ordinal);
        var user = at < 0 ? "" : rest[..at];
        var hostPart = (at < 0 ? rest : rest[(at + 1)..]).Split(';', '?')[0];
        var (host, port) = SplitPort(hostPart);
        return new SipAddress(text, uri, scheme, user, host, port, tag);
    }

    private static (string Host, int Port) SplitPort(string hostPart)
    {
        var colon = hostPart.LastIndexOf(':');
        if (colon < 0 || hostPart.EndsWith(']') || !int.TryParse(hostPart[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port)) return (hostPart, 0);
        return (hostPart[..colon], port);
    }

    private static string Unescaped(string user) => System.Uri.UnescapeDataString(user);
}
