using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Load.Subjects;

/// <summary>
/// A name server for XMPP servers (RFC 1035, RFC 2782): a question for <c>_xmpp-server</c> leads to where its domain is; its target is that address written as a name, and any question for an A
/// record of such a name gives the address; any other gets an empty answer.
/// </summary>
internal sealed class NameServer : IDisposable
{
    private const int TypeA = 1;
    private const int TypeSrv = 33;
    private readonly Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly Func<string, IPEndPoint> targetOf;

    public NameServer(IPEndPoint listen, Func<string, IPEndPoint> targetOf)
    {
        this.targetOf = targetOf;
        socket.Bind(listen);
        _ = ServeAsync();
    }

    public void Dispose() => socket.Dispose();

    private async Task ServeAsync()
    {
        var buffer = new byte[1_024];
        try
        {
            while (true)
            {
                var got = await socket.ReceiveFromAsync(buffer, SocketFlags.None, new IPEndPoint(IPAddress.Any, 0));
                if (Answer(buffer.AsSpan(0, got.ReceivedBytes)) is { } answer) await socket.SendToAsync(answer, SocketFlags.None, got.RemoteEndPoint);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // the run is over
        }
    }

    private byte[]? Answer(ReadOnlySpan<byte> question)
    {
        var end = 12;
        while (end < question.Length && question[end] != 0) end += question[end] + 1;
        end += 5;
        if (question.Length < 17 || end > question.Length) return null;
        var type = BinaryPrimitives.ReadUInt16BigEndian(question[(end - 4)..]);
        var name = NameOf(question);
        var target = targetOf(name);
        var address = IPAddress.TryParse(name, out var written) ? written : target.Address;
        var data = type == TypeA ? address.GetAddressBytes() : type == TypeSrv && question[13..].StartsWith("_xmpp-server"u8) ? Service(target) : null;
        var answer = new List<byte>();
        answer.AddRange(question[..2]);
        answer.AddRange([0x85, 0x80, 0, 1, 0, (byte)(data is null ? 0 : 1), 0, 0, 0, 0]);
        answer.AddRange(question[12..end]);
        if (data is not null)
        {
            answer.AddRange([0xC0, 12, (byte)(type >> 8), (byte)type, 0, 1, 0, 0, 0, 60, (byte)(data.Length >> 8), (byte)data.Length]);
            answer.AddRange(data);
        }

        return [.. answer];
    }

    private static string NameOf(ReadOnlySpan<byte> question)
    {
        var name = new StringBuilder();
        for (var at = 12; at < question.Length && question[at] != 0; at += question[at] + 1)
        {
            if (at + 1 + question[at] > question.Length) return "";
            name.Append(name.Length > 0 ? "." : "").Append(Encoding.ASCII.GetString(question.Slice(at + 1, question[at])));
        }

        return name.ToString();
    }

    private static byte[] Service(IPEndPoint target)
    {
        var data = new List<byte> { 0, 0, 0, 0, (byte)(target.Port >> 8), (byte)target.Port };
        // The target is an address written as a name: ejabberd hands it to the C library, which takes it as an address; Prosody asks us for it.
        foreach (var label in target.Address.ToString().Split('.'))
        {
            data.Add((byte)label.Length);
            data.AddRange(Encoding.ASCII.GetBytes(label));
        }

        data.Add(0);
        return [.. data];
    }
}
