using System.Globalization;

namespace Lab.Names;

/// <summary>One DNS record of the lab, as dnsmasq takes it.</summary>
public sealed record LabRecord(string Argument)
{
    public static LabRecord Host(string name, string address = "127.0.0.1") => new($"--host-record={name},{address}");

    public static LabRecord XmppServer(string domain, string target, int port) => Service("_xmpp-server._tcp." + domain, target, port);

    public static LabRecord SipFederation(string domain, string target, int port) => Service("_sipfederationtls._tcp." + domain, target, port);

    private static LabRecord Service(string name, string target, int port) => new($"--srv-host={name},{target},{port.ToString(CultureInfo.InvariantCulture)},0,0");
}
