using System.Net;
using Gateway.Transport;

namespace Gateway.Admin.Doctor;

/// <summary>One question that was asked on the way, and what came: records in words, nothing of that kind, or a failure.</summary>
internal sealed record AskedName(string Question, bool IsFound, bool IsAbsent, string Words);

/// <summary>Writes down what the product's own search asks the name servers for, in its order, so that the doctor can say which record was used and which were absent.</summary>
internal sealed class RecordingResolver(IDnsResolver next) : IDnsResolver
{
    private readonly Lock gate = new();
    private readonly List<AskedName> asked = [];

    public IReadOnlyList<AskedName> Asked
    {
        get
        {
            lock (gate) return [.. asked];
        }
    }

    public async ValueTask<DnsAnswer<SrvRecord>> FindServicesAsync(string name, CancellationToken cancel) =>
        Note($"SRV {name}", await next.FindServicesAsync(name, cancel), r => r.Target is "." or "" ? "not offered" : $"{r.Priority} {r.Weight} {r.Port} {r.Target}");

    public async ValueTask<DnsAnswer<IPAddress>> FindAddressesAsync(string host, CancellationToken cancel) =>
        Note($"address of {host}", await next.FindAddressesAsync(host, cancel), a => a.ToString());

    public async ValueTask<DnsAnswer<NaptrRecord>> FindPointersAsync(string domain, CancellationToken cancel) =>
        Note($"NAPTR {domain}", await next.FindPointersAsync(domain, cancel), p => $"{p.Service} {p.Replacement}");

    public ValueTask<DnsAnswer<TlsaRecord>> FindTlsaAsync(string host, int port, CancellationToken cancel) => next.FindTlsaAsync(host, port, cancel);

    private DnsAnswer<T> Note<T>(string question, DnsAnswer<T> answer, Func<T, string> words)
    {
        var isAbsent = answer.Reason == TransportReason.DnsNotFound;
        var said = answer.IsFound ? string.Join("; ", answer.Records.Select(words)) : isAbsent ? "absent" : $"{answer.Detail} [transport.{answer.Reason}]";
        lock (gate) asked.Add(new AskedName(question, answer.IsFound, isAbsent, said));
        return answer;
    }
}
