using System.Net;
using Gateway.Host.Configuration.Options;
using Gateway.Host.Configuration.Validation;

namespace Gateway.Host.Configuration;

/// <summary>Where a listener is that names no port: 5061 is federation's over SIP, 5269 XMPP's between servers (RFC 6120 §14.7, PSB-034), 5270 what servers use for direct TLS.</summary>
internal static class UsualPorts
{
    public static int Sip(ListenerOptions listener) => 5061;

    public static int Xmpp(ListenerOptions listener) => listener.DirectTls ? 5270 : 5269;

    /// <summary>The address of a listener that was found good.</summary>
    public static IPEndPoint EndPointOf(ListenerOptions listener, Func<ListenerOptions, int> usual) =>
        DomainText.TryListener(listener.Address, usual(listener), out var endPoint) ? endPoint : throw new ArgumentException("Takes a listener without faults.", nameof(listener));
}
