using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Transport.Tests;

/// <summary>Answers A, AAAA and SRV over UDP from a table, with whatever bytes the table holds, and behind an alias what it leads to; everything else does not exist.</summary>
internal sealed class TinyDnsServer : IAsyncDisposable
{
    private const int AliasType = 5;
    private const int SignatureType = 46;
    private const int KeyType = 48;
    private const uint Ttl = 60;

    private readonly UdpClient _udp = new(new IPEndPoint(IPAddress.Loopback, 0));
    private readonly Dictionary<(string Name, int Type), byte[][]> _table = [];
    private readonly Dictionary<string, string> _aliases = [];
    private readonly Task _loop;
    private int _asked;

    public TinyDnsServer()
    {
        // Room for all that a test asks at once: what the kernel drops is asked again much later.
        _udp.Client.ReceiveBufferSize = 4 << 20;
        _loop = AnswerAsync();
    }

    public string Forwarder => $"127.0.0.1@{((IPEndPoint)_udp.Client.LocalEndPoint!).Port}";

    public int Asked => Volatile.Read(ref _asked);

    public bool IsMute { get; set; }

    public int ResponseCode { get; set; }

    /// <summary>Signs what is in its zone, and answers for its key.</summary>
    public ZoneKey? Key { get; set; }

    public TinyDnsServer Address(string name, string address)
    {
        var parsed = IPAddress.Parse(address);
        return Raw(name, parsed.AddressFamily == AddressFamily.InterNetwork ? 1 : 28, parsed.GetAddressBytes());
    }

    public TinyDnsServer Service(string name, ushort priority, ushort weight, ushort port, string target)
    {
        var data = new byte[6];
        BinaryPrimitives.WriteUInt16BigEndian(data, priority);
        BinaryPrimitives.WriteUInt16BigEndian(data.AsSpan(2), weight);
        BinaryPrimitives.WriteUInt16BigEndian(data.AsSpan(4), port);
        return Raw(name, 33, [.. data, .. Encode(target)]);
    }

    /// <summary>A name that is another's.</summary>
    public TinyDnsServer Alias(string name, string target)
    {
        lock (_table) _aliases[name] = target;
        return Raw(name, AliasType, Encode(target));
    }

    public TinyDnsServer Raw(string name, int type, byte[] data)
    {
        lock (_table) _table[(name, type)] = [.. _table.GetValueOrDefault((name, type), []), data];
        return this;
    }

    public async ValueTask DisposeAsync()
    {
        _udp.Dispose();
        await _loop;
    }

    private async Task AnswerAsync()
    {
        try
        {
            for (; ; )
            {
                var query = await _udp.ReceiveAsync();
                Interlocked.Increment(ref _asked);
                if (!IsMute) await _udp.SendAsync(Answer(query.Buffer), query.RemoteEndPoint);
            }
        }
        catch (Exception closed) when (closed is ObjectDisposedException or SocketException)
        {
            IsMute = true;
        }
    }

    private byte[] Answer(byte[] query)
    {
        var at = 12;
        var labels = new List<string>();
        while (query[at] != 0)
        {
            labels.Add(Encoding.ASCII.GetString(query, at + 1, query[at]));
            at += query[at] + 1;
        }
        var type = BinaryPrimitives.ReadUInt16BigEndian(query.AsSpan(at + 1));
        var question = query.AsSpan(12, at + 5 - 12);
        var name = string.Join('.', labels).ToLowerInvariant();
        var all = new List<(string Owner, int Type, byte[] Data)>();
        bool exists;
        lock (_table)
        {
            exists = _table.Keys.Any(k => k.Name == name);
            var owner = name;
            for (; type != AliasType && _aliases.TryGetValue(owner, out var target); owner = target) Add(all, owner, AliasType, [Encode(target)]);
            Add(all, owner, type, type == KeyType && owner == Key?.Zone ? [Key.PublicKey] : _table.GetValueOrDefault((owner, type), []));
        }
        var rcode = ResponseCode != 0 ? ResponseCode : exists || all.Count > 0 ? 0 : 3;
        var isSigned = IsSigned(name) || all.Any(r => r.Type == SignatureType);
        using var answer = new MemoryStream();
        answer.Write(query.AsSpan(0, 2));
        answer.Write([0x81, (byte)(0x80 | rcode), 0, 1, 0, (byte)all.Count, 0, 0, 0, (byte)(isSigned ? 1 : 0)]);
        answer.Write(question);
        foreach (var (owner, kind, data) in all)
        {
            answer.Write(Encode(owner));
            answer.Write([0, (byte)kind, 0, 1, 0, 0, 0, (byte)Ttl, (byte)(data.Length >> 8), (byte)data.Length]);
            answer.Write(data);
        }

        // OPT with DO: whoever validates must see that we understand (RFC 3225).
        if (isSigned) answer.Write([0, 0, 41, 4, 208, 0, 0, 0x80, 0, 0, 0]);
        return answer.ToArray();
    }

    private bool IsSigned(string name) => Key is { } key && (name == key.Zone || name.EndsWith("." + key.Zone, StringComparison.Ordinal));

    private void Add(List<(string Owner, int Type, byte[] Data)> all, string owner, int type, byte[][] records)
    {
        all.AddRange(records.Select(r => (owner, type, r)));
        if (records.Length > 0 && IsSigned(owner)) all.Add((owner, SignatureType, Key!.Sign(owner, type, records, Ttl)));
    }

    internal static byte[] Encode(string name) =>
        name == "." ? [0] : [.. name.Split('.').SelectMany(l => Encoding.ASCII.GetBytes(l).Prepend((byte)l.Length)), 0];
}
