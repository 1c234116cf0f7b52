using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Lab;
using Lab.Processes;

namespace Appliance.Tests.Interop;

/// <summary>
/// First bytes of TLS as old and new peers write them (RFC 5246 appendix E.1, RFC 8446 §4.2.1): a low version on the record says nothing, the hello decides, and where no version is common
/// the alert says so.
/// </summary>
[Collection(nameof(RefusalStage))]
public sealed class ClientHelloTests(RefusalStage fixture)
{
    private const int Tls10 = 0x0301;
    private const int Tls11 = 0x0302;
    private const int Tls12 = 0x0303;
    private const int Tls13 = 0x0304;
    private const byte ProtocolVersion = 70;

    [Theory, Item("RN-041")]
    [InlineData(0x0300, Tls12, new int[0], Tls12)]
    [InlineData(Tls10, Tls12, new int[0], Tls12)]
    [InlineData(Tls12, Tls12, new int[0], Tls12)]
    [InlineData(Tls10, Tls12, new[] { Tls12, Tls11, Tls10 }, Tls12)]
    [InlineData(Tls10, Tls12, new[] { Tls13, Tls12 }, Tls13)]
    [InlineData(Tls12, Tls12, new[] { Tls13 }, Tls13)]
    public async Task Highest_common_version_is_chosen_whatever_the_record_says(int record, int hello, int[] supported, int chosen)
    {
        var answer = await AskAsync(Hello(record, hello, supported));
        Assert.Equal(22, answer[0]);
        Assert.Equal(2, answer[5]);
        Assert.Equal(chosen, Chosen(answer));
    }

    [Theory, Item("RN-041")]
    [InlineData(Tls10, Tls10, new int[0])]
    [InlineData(Tls10, Tls11, new int[0])]
    [InlineData(Tls10, Tls12, new[] { Tls11, Tls10 })]
    public async Task Without_a_common_version_the_alert_is_protocol_version_and_the_log_says_why(int record, int hello, int[] supported)
    {
        var refusal = await Refusal.ExpectAsync(fixture.Stage, "transport.TlsTooOld");
        var answer = await AskAsync(Hello(record, hello, supported));
        Assert.Equal(21, answer[0]);
        Assert.Equal(ProtocolVersion, answer[6]);
        await refusal.WasToldAsync();
    }

    [Fact, Item("RN-041")]
    public async Task Hello_of_SSL_2_is_refused_and_nothing_breaks()
    {
        byte[] hello = [0x80, 0x1c, 0x01, 0x03, 0x01, 0x00, 0x03, 0x00, 0x00, 0x00, 0x10, 0x00, 0x00, 0x2f, .. new byte[16]];
        var answer = await AskAsync(hello);
        Assert.True(answer.Length == 0 || answer[0] == 21, Convert.ToHexString(answer));
        await Calls.NobodyNoticesAsync(fixture.Stage);
    }

    /// <summary>What came until the first record was whole, or the end.</summary>
    private async Task<byte[]> AskAsync(byte[] hello)
    {
        using var deadline = new CancellationTokenSource(Stage.Soon);
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, fixture.Stage.Parts.File.SipPort, deadline.Token);
        await client.GetStream().WriteAsync(hello, deadline.Token);
        var answer = new List<byte>();
        var buffer = new byte[4096];
        try
        {
            while (answer.Count < 5 || answer.Count < 5 + (answer[3] << 8) + answer[4])
            {
                var count = await client.GetStream().ReadAsync(buffer, deadline.Token);
                if (count == 0) break;
                answer.AddRange(buffer.AsSpan(0, count));
            }
        }
        catch (OperationCanceledException)
        {
            throw new LabTimeoutException("the gateway neither answered a ClientHello nor ended; it said " + Convert.ToHexString([.. answer]));
        }
        catch (IOException)
        {
            // It ended without farewell: what came before counts.
        }

        return [.. answer];
    }

    /// <summary>The version of a ServerHello: the extension supported_versions where it is there, else the old field.</summary>
    private static int Chosen(byte[] record)
    {
        var at = 9 + 2 + 32;
        at += 1 + record[at] + 2 + 1;
        var end = at + 2 + BinaryPrimitives.ReadUInt16BigEndian(record.AsSpan(at));
        for (at += 2; at + 4 <= end; at += 4 + BinaryPrimitives.ReadUInt16BigEndian(record.AsSpan(at + 2)))
            if (BinaryPrimitives.ReadUInt16BigEndian(record.AsSpan(at)) == 43) return BinaryPrimitives.ReadUInt16BigEndian(record.AsSpan(at + 4));
        return BinaryPrimitives.ReadUInt16BigEndian(record.AsSpan(9));
    }

    private static byte[] Hello(int record, int version, int[] supported)
    {
        byte[] extensions =
        [
            .. Extension(10, [0, 4, 0, 0x1d, 0, 0x17]), .. Extension(11, [1, 0]), .. Extension(13, [0, 10, 4, 1, 8, 4, 5, 1, 2, 1, 4, 3]),
            .. supported.Length > 0 ? Extension(43, [(byte)(supported.Length * 2), .. supported.SelectMany(Two)]) : [],
            .. supported.Contains(Tls13) ? Extension(51, [0, 36, 0, 0x1d, 0, 32, 9, .. new byte[31]]) : [],
        ];
        byte[] body =
        [
            .. Two(version), .. new byte[32], 0, 0, 10, 0x13, 0x01, 0xc0, 0x2f, 0xc0, 0x30, 0xc0, 0x13, 0x00, 0x2f, 1, 0, .. Two(extensions.Length), .. extensions,
        ];
        byte[] handshake = [1, 0, .. Two(body.Length), .. body];
        return [22, .. Two(record), .. Two(handshake.Length), .. handshake];
    }

    private static byte[] Extension(int type, byte[] value) => [.. Two(type), .. Two(value.Length), .. value];

    private static byte[] Two(int number) => [(byte)(number >> 8), (byte)number];
}
