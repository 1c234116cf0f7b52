using System.Security;
using System.Xml.Linq;

namespace XmppPeer.Wire;

/// <summary>The namespaces and texts of a server-to-server stream (RFC 6120, XEP-0220).</summary>
public static class Names
{
    public static readonly XNamespace Server = "jabber:server";
    public static readonly XNamespace Stream = "http://etherx.jabber.org/streams";
    public static readonly XNamespace Tls = "urn:ietf:params:xml:ns:xmpp-tls";
    public static readonly XNamespace Sasl = "urn:ietf:params:xml:ns:xmpp-sasl";
    public static readonly XNamespace Dialback = "jabber:server:dialback";
    public static readonly XNamespace StreamErrors = "urn:ietf:params:xml:ns:xmpp-streams";
    public static readonly XNamespace StanzaErrors = "urn:ietf:params:xml:ns:xmpp-stanzas";
    public const string End = "</stream:stream>";

    public static string Header(string from, string to, string? id = null, bool declaresDialback = true) =>
        "<?xml version='1.0'?><stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams'"
        + (declaresDialback ? " xmlns:db='jabber:server:dialback'" : "") + $" from='{from}' to='{to}'" + (id is null ? "" : $" id='{id}'") + " version='1.0'>";

    public static string Error(string condition, string text = "") =>
        $"<stream:error><{condition} xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>"
        + (text.Length > 0 ? $"<text xmlns='urn:ietf:params:xml:ns:xmpp-streams'>{SecurityElement.Escape(text)}</text>" : "") + "</stream:error>" + End;

    /// <summary>The domain of an address.</summary>
    public static string DomainOf(string address)
    {
        var slash = address.IndexOf('/', StringComparison.Ordinal);
        var bare = slash < 0 ? address : address[..slash];
        return bare[(bare.IndexOf('@', StringComparison.Ordinal) + 1)..].ToLowerInvariant();
    }
}
