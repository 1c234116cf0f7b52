using System.Text;
using Gateway.Transport;

namespace Host.Tests.Doctor;

/// <summary>A far system that answers what it is told to: each line is what must have been heard, and what is said then. <c>TLS</c> as an answer begins it; <c>END</c> closes.</summary>
internal sealed class ScriptedPeer(params (string Heard, string Said)[] script) : IConnectionHandler
{
    private const string Proceed = "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";

    private int at;

    /// <summary>How it speaks TLS when the script says so.</summary>
    public TlsServerOptions? Tls { get; set; }

    /// <summary>Everything that was heard, TLS or not.</summary>
    public StringBuilder Heard { get; } = new();

    public void OnOpened(TransportConnection connection)
    {
    }

    public int OnReceived(TransportConnection connection, ReadOnlyMemory<byte> unread)
    {
        var text = Encoding.UTF8.GetString(unread.Span);
        if (at >= script.Length || !text.Contains(script[at].Heard, StringComparison.Ordinal)) return 0;
        Heard.Append(text);
        var said = script[at++].Said;
        if (said == "END") connection.Close();
        else if (said == "TLS")
        {
            connection.TrySend(Encoding.UTF8.GetBytes(Proceed));
            connection.StartTls(Tls!);
        }
        else connection.TrySend(Encoding.UTF8.GetBytes(said.Replace("{via}", ViaIn(text), StringComparison.Ordinal)));
        return unread.Length;
    }

    public void OnSecured(TransportConnection connection)
    {
    }

    public void OnClosed(TransportConnection connection, TransportReason reason, string detail)
    {
    }

    private static string ViaIn(string request) => request.Split("\r\n").FirstOrDefault(l => l.StartsWith("Via: ", StringComparison.Ordinal), "");
}
