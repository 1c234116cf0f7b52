using System.Diagnostics.CodeAnalysis;
using System.Net.Security;
using System.Security.Authentication;

namespace Gateway.Transport;

/// <summary>
/// TLS 1.0 and 1.1 for a peer that has nothing else (OCS 2007 R2 and Lync 2010 as they were sold). Both sign their handshake with MD5 and SHA-1, which the system's OpenSSL forbids at its level of
/// security: the one handshake that is allowed them leaves that level, with suites named one by one in place of it; every other handshake keeps it.
/// </summary>
[SuppressMessage("Interoperability", "CA1416", Justification = "The appliance runs on Linux.")]
internal static class OldTls
{
    // SSL_R_UNSUPPORTED_PROTOCOL and SSL_R_TLSV1_ALERT_PROTOCOL_VERSION as packed error codes of OpenSSL 3.
    private const int UnsupportedProtocol = 0x0A000102;
    private const int AlertProtocolVersion = 0x0A00042E;

    // Forward secrecy first. RSA key exchange is all that Windows 2003 has; RC4, 3DES, MD5 and no encryption are never spoken (RFC 7465).
    private static readonly Lazy<CipherSuitesPolicy> Suites = new(() => new CipherSuitesPolicy(
    [
        TlsCipherSuite.TLS_AES_256_GCM_SHA384, TlsCipherSuite.TLS_AES_128_GCM_SHA256,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA, TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA, TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA,
        TlsCipherSuite.TLS_RSA_WITH_AES_256_CBC_SHA, TlsCipherSuite.TLS_RSA_WITH_AES_128_CBC_SHA,
    ]));

    /// <summary>
    /// A hello that offers nothing newer than TLS 1.1. One in several records shows the version of its record alone; where it counts as old it finds no common version, which is the safe answer.
    /// </summary>
    internal static bool IsAllThatIsOffered(SslProtocols offered) => offered != SslProtocols.None && (offered & Strict) == SslProtocols.None;

    /// <summary>OpenSSL found the other side's version too old, or was told so by its alert.</summary>
    internal static bool IsRefusalOf(Exception? broken)
    {
        for (; broken is not null; broken = broken.InnerException)
            if (broken.HResult is UnsupportedProtocol or AlertProtocolVersion) return true;
        return false;
    }

    /// <summary>What is spoken with everybody else.</summary>
    internal const SslProtocols Strict = SslProtocols.Tls12 | SslProtocols.Tls13;

#pragma warning disable SYSLIB0039, SYSLIB0040, CA5397, CA5398, CA5359 // That is what this file is for.
    internal static void Allow(SslServerAuthenticationOptions options)
    {
        options.EnabledSslProtocols = SslProtocols.Tls | SslProtocols.Tls11;
        (options.EncryptionPolicy, options.CipherSuitesPolicy) = (EncryptionPolicy.AllowNoEncryption, Suites.Value);
    }

    // The policy named so means OpenSSL's level 0 for this handshake; what is spoken is the list, and all of it encrypts.
    internal static void Allow(SslClientAuthenticationOptions options)
    {
        options.EnabledSslProtocols = SslProtocols.Tls | SslProtocols.Tls11 | Strict;
        (options.EncryptionPolicy, options.CipherSuitesPolicy) = (EncryptionPolicy.AllowNoEncryption, Suites.Value);
    }
#pragma warning restore SYSLIB0039, SYSLIB0040, CA5397, CA5398, CA5359
}
