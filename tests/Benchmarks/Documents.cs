using BenchmarkDotNet.Attributes;
using Gateway.Mapping;
using Gateway.Mapping.Documents;

namespace Benchmarks;

/// <summary>Presence documents there and back: one state written as PIDF in the Microsoft dialect, and that read again.</summary>
[MemoryDiagnoser]
[HideColumns("Error", "StdDev", "Median", "Gen0", "Gen1")]
public class Documents
{
    private readonly PidfContent content = new("sip:juliet@jabber.example", IsOpen: true) { Activity = "away", Endpoint = "balcony", Note = "i am away", Priority = 5 };
    private byte[] document = [];

    [GlobalSetup]
    public void Setup() => document = Write();

    [Benchmark(Description = "PIDF: write")]
    public byte[] Write() => PidfWriter.Write(content, PidfStyle.Microsoft);

    [Benchmark(Description = "PIDF: read")]
    public PresenceDocument Read() => PidfReader.TryRead(document, out var read, out var reason) ? read : throw new InvalidOperationException(MappingReasons.NameOf(reason));
}
