using System.Globalization;

namespace Lab.Names;

/// <summary>One DNS record of the lab, as dnsmasq takes it.</summary>
public sealed record LabRecord(string Argument)
{
    /// <summary>The one name that every resolver knows without asking ours: ejabberd asks DNS for SRV records and the C library for addresses.</summary>
    public const string LoopbackHost = "localhost";

    public static LabRecord Host(string name, string address = "127.0.0.1") => new($"--host-record={name},{address}");

    public static LabRecord XmppServer(string domain, string target, int port) => Service("_xmpp-server._tcp." + domain, target, port);

    /// <summary>TLS from the first byte (XEP-0368).</summary>
    public static LabRecord XmppsServer(string domain, string target, int port) => Service("_xmpps-server._tcp." + domain, target, port);

    public static LabRecord SipFederation(string domain, string target, int port) => Service("_sipfederationtls._tcp." + domain, target, port);

    private static LabRecord Service(string name, string target, int port) => new($"--srv-host={name},{target},{port.ToString(CultureInfo.InvariantCulture)},0,0");
}
