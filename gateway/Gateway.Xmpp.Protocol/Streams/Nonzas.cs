using System.Text;
using Gateway.Xmpp.Protocol.Wire;

namespace Gateway.Xmpp.Protocol.Streams;

/// <summary>The small elements of negotiation that are no stanzas: RFC 6120 §5.4, §6.4.</summary>
public static class Nonzas
{
    /// <summary>Ends a stream in order.</summary>
    public static ReadOnlySpan<byte> StreamEnd => "</stream:stream>"u8;
    /// <summary>Asks for TLS.</summary>
    public static ReadOnlySpan<byte> StartTls => "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"u8;
    /// <summary>Agrees to TLS.</summary>
    public static ReadOnlySpan<byte> Proceed => "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"u8;
    /// <summary>Refuses TLS.</summary>
    public static ReadOnlySpan<byte> TlsFailure => "<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"u8;
    /// <summary>SASL has succeeded.</summary>
    public static ReadOnlySpan<byte> Success => "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>"u8;
    /// <summary>Asks for the authorization identity that the first element left out.</summary>
    public static ReadOnlySpan<byte> EmptyChallenge => "<challenge xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>"u8;
    /// <summary>Asks for stanzas in both directions (XEP-0288).</summary>
    public static ReadOnlySpan<byte> Bidi => "<bidi xmlns='urn:xmpp:bidi'/>"u8;
    /// <summary>A keep-alive (RFC 6120 §4.6.1).</summary>
    public static ReadOnlySpan<byte> Space => " "u8;

    /// <summary>Asks to be authenticated by certificate, with the identity named for old peers (XEP-0178 §3).</summary>
    public static void WriteAuth(ref XmppWriter writer, string domain)
    {
        writer.Raw("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='EXTERNAL'>"u8);
        writer.Raw(Convert.ToBase64String(Encoding.UTF8.GetBytes(domain)));
        writer.Raw("</auth>"u8);
    }

    /// <summary>Answers an empty challenge with the identity.</summary>
    public static void WriteResponse(ref XmppWriter writer, string domain)
    {
        writer.Raw("<response xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>"u8);
        writer.Raw(Convert.ToBase64String(Encoding.UTF8.GetBytes(domain)));
        writer.Raw("</response>"u8);
    }

    /// <summary>Refuses: RFC 6120 §6.5.</summary>
    public static void WriteSaslFailure(ref XmppWriter writer, SaslCondition condition)
    {
        writer.Raw("<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><"u8);
        writer.Raw(condition switch
        {
            SaslCondition.Aborted => "aborted"u8,
            SaslCondition.IncorrectEncoding => "incorrect-encoding"u8,
            SaslCondition.InvalidAuthzid => "invalid-authzid"u8,
            SaslCondition.InvalidMechanism => "invalid-mechanism"u8,
            SaslCondition.EncryptionRequired => "encryption-required"u8,
            _ => "not-authorized"u8,
        });
        writer.Raw("/></failure>"u8);
    }

    /// <summary>Reads the authorization identity out of an auth or response element.</summary>
    public static SaslIdentity ReadIdentity(XmlElement element)
    {
        string text = element.Text.Trim();
        if (text.Length == 0) return new SaslIdentity(SaslIdentityKind.Absent, null);
        // A lone "=" is how SASL in XMPP writes data of no length (RFC 6120 §6.4.2).
        if (text == "=") return new SaslIdentity(SaslIdentityKind.Empty, null);
        byte[] bytes = new byte[text.Length];
        if (!Convert.TryFromBase64String(text, bytes, out int count)) return new SaslIdentity(SaslIdentityKind.NotBase64, null);
        return Jid.TryPrepareDomain(Encoding.UTF8.GetString(bytes, 0, count), out string? domain)
            ? new SaslIdentity(SaslIdentityKind.Domain, domain)
            : new SaslIdentity(SaslIdentityKind.NoDomain, null);
    }
}

/// <summary>Why SASL was refused: RFC 6120 §6.5.</summary>
public enum SaslCondition
{
    /// <summary>The peer gave up.</summary>
    Aborted,
    /// <summary>The data is no base64.</summary>
    IncorrectEncoding,
    /// <summary>The identity is not the one the certificate proves.</summary>
    InvalidAuthzid,
    /// <summary>The mechanism was not offered.</summary>
    InvalidMechanism,
    /// <summary>TLS first.</summary>
    EncryptionRequired,
    /// <summary>The certificate proves nothing.</summary>
    NotAuthorized,
}

/// <summary>How an authorization identity was given.</summary>
public enum SaslIdentityKind
{
    /// <summary>No initial response: it must be asked for.</summary>
    Absent,
    /// <summary>Of no length: the stream's <c>from</c> is meant.</summary>
    Empty,
    /// <summary>No base64.</summary>
    NotBase64,
    /// <summary>Something that is no domain.</summary>
    NoDomain,
    /// <summary>A domain, prepared.</summary>
    Domain,
}

/// <summary>An authorization identity out of SASL data.</summary>
public readonly record struct SaslIdentity(SaslIdentityKind Kind, string? Domain);
