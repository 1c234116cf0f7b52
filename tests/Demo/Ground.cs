using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Lab.Processes;

namespace Demo;

/// <summary>Where everybody stands, read from <c>appliance.json</c>: the show uses the configuration as it is.</summary>
internal sealed record Ground(int SipPort, int XmppPort, int HttpPort, int EdgePort, int ProsodyPort, string Profile)
{
    public static Ground Read(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(file), new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        var root = document.RootElement;
        var listeners = root.GetProperty("listeners");
        var sip = Peer(root, "sip");
        return new Ground(
            PortOf(listeners.GetProperty("sip")[0].GetProperty("address").GetString()), PortOf(listeners.GetProperty("xmpp")[0].GetProperty("address").GetString()),
            PortOf(listeners.GetProperty("http").GetString()), PortOf(sip.GetProperty("addresses")[0].GetString()),
            PortOf(Peer(root, "xmpp").GetProperty("addresses")[0].GetString()), sip.GetProperty("profile").GetString() ?? "lync2013");
    }

    /// <summary>The addresses are fixed ones, so somebody else may have them: say so before anything starts.</summary>
    public void CheckFree()
    {
        foreach (var (port, what) in new[] { (SipPort, "the gateway's SIP listener"), (XmppPort, "the gateway's XMPP listener"),
            (HttpPort, "the gateway's HTTP listener"), (EdgePort, "the edge"), (ProsodyPort, "Prosody") })
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            // As servers bind: connections of the run before that linger do not count.
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, optionValue: true);
            try
            {
                socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            }
            catch (SocketException)
            {
                throw new LabFaultException(string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port} ({what}) is taken: does another 'make run' still run?"));
            }
        }
    }

    private static JsonElement Peer(JsonElement root, string protocol) => root.GetProperty("peers").EnumerateArray().First(p => p.GetProperty("protocol").GetString() == protocol);

    private static int PortOf(string? address) => int.Parse(address![(address!.LastIndexOf(':') + 1)..], CultureInfo.InvariantCulture);
}
