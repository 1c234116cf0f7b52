using System.Net;

namespace Load.Subjects;

/// <summary>Where everybody is: fixed loopback addresses and unprivileged ports, so that nothing of the machine is changed and no name has to be resolved by it.</summary>
internal static class Site
{
    public const string EdgeHost = "sip." + Scenarios.Ends.SipDomain;
    public const string XmppHost = "xmpp." + Scenarios.Ends.XmppDomain;
    public const string GatewayHost = "gw." + Scenarios.Ends.XmppDomain;

    public static IPEndPoint EndSip { get; } = IPEndPoint.Parse("127.0.1.9:15071");

    public static IPEndPoint EndXmpp { get; } = IPEndPoint.Parse("127.0.1.9:15269");

    public static IPEndPoint GatewaySip { get; } = IPEndPoint.Parse("127.0.1.4:15061");

    public static IPEndPoint GatewayXmpp { get; } = IPEndPoint.Parse("127.0.1.4:15269");

    public static IPEndPoint GatewayHttp { get; } = IPEndPoint.Parse("127.0.1.4:19090");

    public static IPEndPoint KamailioSip { get; } = IPEndPoint.Parse("127.0.1.3:15061");

    public static IPEndPoint ServerXmpp { get; } = IPEndPoint.Parse("127.0.1.1:15269");

    public static IPEndPoint ServerComponent { get; } = IPEndPoint.Parse("127.0.1.1:15347");

    public static IPEndPoint OtherXmpp { get; } = IPEndPoint.Parse("127.0.1.2:15269");

    public static IPEndPoint OtherComponent { get; } = IPEndPoint.Parse("127.0.1.2:15347");

    public static IPEndPoint Bare { get; } = IPEndPoint.Parse("127.0.1.5:15061");

    public static IPEndPoint Names { get; } = IPEndPoint.Parse("127.0.1.9:15353");
}
