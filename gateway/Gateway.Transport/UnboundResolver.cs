using System.Collections.Concurrent;
using System.Net;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Certificates;

namespace Gateway.Transport;

/// <summary>
/// DNS through libunbound: validating and caching, with its own thread for the network and one of ours that collects answers
/// while any look-up is outstanding.
/// </summary>
public sealed class UnboundResolver : IDnsResolver, IDisposable
{
    private const int RecordsMax = 100;
    private const int ClassIn = 1;
    private const int PollMilliseconds = 200;

    // Callbacks carry a number, not a pointer: one that comes late finds nothing and does no harm.
    private static readonly ConcurrentDictionary<nint, Query> _queries = new();
    private static long _lastTag;

    private readonly UnboundOptions _options;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _work = new(0);
    private readonly Lock _native = new();
    private readonly Thread _collector;
    private readonly nint _context;
    private int _outstanding;
    private volatile bool _isStopping;

    /// <summary>Makes the context. Throws <see cref="InvalidOperationException"/> when a setting is not understood, <see cref="DllNotFoundException"/> without the library.</summary>
    public UnboundResolver(UnboundOptions options, TimeProvider time)
    {
        (_options, _time) = (options, time);
        _context = Libunbound.ub_ctx_create();
        if (_context == 0) throw new InvalidOperationException("libunbound made no context.");
        try
        {
            Configure();
        }
        catch
        {
            Libunbound.ub_ctx_delete(_context);
            throw;
        }
        _collector = new Thread(Collect) { IsBackground = true, Name = "dns" };
        _collector.Start();
    }

    /// <inheritdoc/>
    public ValueTask<DnsAnswer<SrvRecord>> FindServicesAsync(string name, CancellationToken cancel) =>
        AskAsync(name, DnsWire.TypeSrv, static data => DnsWire.ReadService(data), cancel);

    /// <inheritdoc/>
    public ValueTask<DnsAnswer<NaptrRecord>> FindPointersAsync(string domain, CancellationToken cancel) =>
        AskAsync(domain, DnsWire.TypeNaptr, static data => DnsWire.ReadPointer(data), cancel);

    /// <inheritdoc/>
    public ValueTask<DnsAnswer<TlsaRecord>> FindTlsaAsync(string host, int port, CancellationToken cancel) =>
        AskAsync($"_{port}._tcp.{host}", DnsWire.TypeTlsa, static data => DnsWire.ReadTlsa(data), cancel);

    /// <inheritdoc/>
    public async ValueTask<DnsAnswer<IPAddress>> FindAddressesAsync(string host, CancellationToken cancel)
    {
        var asked6 = AskAsync(host, DnsWire.TypeAaaa, static data => DnsWire.ReadAddress(data), cancel);
        var v4 = await AskAsync(host, DnsWire.TypeA, static data => DnsWire.ReadAddress(data), cancel);
        var v6 = await asked6;
        if (!v6.IsFound && !v4.IsFound) return v4.Reason == TransportReason.DnsNotFound ? v6 : v4;
        if (!v6.IsFound) return v4;
        if (!v4.IsFound) return v6;
        return new DnsAnswer<IPAddress>(
            TransportReason.None, [.. v6.Records, .. v4.Records], v6.Ttl < v4.Ttl ? v6.Ttl : v4.Ttl, v6.IsSecure && v4.IsSecure, "");
    }

    /// <summary>Gives up what is outstanding and frees the context.</summary>
    public void Dispose()
    {
        lock (_native)
        {
            if (_isStopping) return;
            _isStopping = true;
            _work.Release();
        }
        _collector.Join();
        Libunbound.ub_ctx_delete(_context);
        foreach (var (tag, query) in _queries)
            if (ReferenceEquals(query.Owner, this) && _queries.TryRemove(tag, out _)) query.Fail(TransportReason.Stopping, "The resolver stopped.");
        _work.Dispose();
    }

    private void Configure()
    {
        // A name server on loopback is normal: systemd-resolved, dnsmasq, a lab.
        Set("do-not-query-localhost:", "no");
        // A server that was down at our start must not be shunned for the default quarter of an hour.
        Set("infra-host-ttl:", "30");
        Set("infra-keep-probing:", "yes");
        foreach (var forwarder in _options.Forwarders) Check(Libunbound.ub_ctx_set_fwd(_context, forwarder), $"forwarder '{forwarder}'");
        if (_options.Forwarders.Count == 0 && File.Exists(_options.ResolvConf))
            Check(Libunbound.ub_ctx_resolvconf(_context, _options.ResolvConf), _options.ResolvConf);
        if (File.Exists(_options.HostsFile)) Check(Libunbound.ub_ctx_hosts(_context, _options.HostsFile), _options.HostsFile);
        if (_options.TrustAnchorFile.Length > 0) Check(Libunbound.ub_ctx_add_ta_file(_context, _options.TrustAnchorFile), _options.TrustAnchorFile);
        // Local data closes the context for every other setting, so threads are chosen before it.
        Check(Libunbound.ub_ctx_async(_context, 1), "threads");
        foreach (var zone in _options.Zones) Check(Libunbound.ub_ctx_zone_add(_context, zone, "static"), $"zone '{zone}'");
        foreach (var record in _options.Records) Check(Libunbound.ub_ctx_data_add(_context, record), $"record '{record}'");
    }

    private void Set(string option, string value) => Check(Libunbound.ub_ctx_set_option(_context, option, value), option);

    private static void Check(int error, string what)
    {
        if (error != 0) throw new InvalidOperationException($"libunbound refused {what}: {Libunbound.Words(error)}.");
    }

    private async ValueTask<DnsAnswer<T>> AskAsync<T>(string name, int type, Reader<T> read, CancellationToken cancel)
        where T : class
    {
        var ascii = DomainNames.ToAscii(name);
        if (!DnsWire.IsName(ascii)) return DnsAnswer<T>.Failed(TransportReason.DnsNameInvalid, $"'{name}' is no host name.");
        if (Interlocked.Increment(ref _outstanding) > _options.QueriesMax)
        {
            Interlocked.Decrement(ref _outstanding);
            return DnsAnswer<T>.Failed(TransportReason.DnsTimeout, "Too many look-ups at the same time.");
        }
        var query = new Query<T>(this, ascii, read);
        var tag = (nint)Interlocked.Increment(ref _lastTag);
        _queries[tag] = query;
        try
        {
            if (!TryBegin(ascii, type, tag, out var asyncId, out var refusal, out var words)) return DnsAnswer<T>.Failed(refusal, words);
            try
            {
                return await query.Answer.WaitAsync(TimeSpan.FromSeconds(_options.QuerySecondsMax), _time, cancel);
            }
            catch (Exception late) when (late is TimeoutException or OperationCanceledException)
            {
                GiveUp(asyncId);
                return late is TimeoutException
                    ? DnsAnswer<T>.Failed(TransportReason.DnsTimeout, $"No answer for '{ascii}' in {_options.QuerySecondsMax} s.")
                    : DnsAnswer<T>.Failed(TransportReason.Stopping, $"The look-up of '{ascii}' was given up.");
            }
        }
        finally
        {
            _queries.TryRemove(tag, out _);
            Interlocked.Decrement(ref _outstanding);
        }
    }

    // The lock keeps the context alive during the call; Dispose frees it only after no call can begin any more.
    private unsafe bool TryBegin(string name, int type, nint tag, out int asyncId, out TransportReason refusal, out string words)
    {
        (asyncId, refusal, words) = (0, TransportReason.Stopping, "The resolver stopped.");
        lock (_native)
        {
            if (_isStopping) return false;
            int id = 0;
            var error = Libunbound.ub_resolve_async(_context, name, type, ClassIn, tag, &OnResult, &id);
            asyncId = id;
            if (error == 0) _work.Release();
            if (error != 0) (refusal, words) = (TransportReason.DnsServerFailed, Libunbound.Words(error));
            return error == 0;
        }
    }

    private void GiveUp(int asyncId)
    {
        lock (_native)
        {
            if (!_isStopping) _ = Libunbound.ub_cancel(_context, asyncId);
        }
    }

    // Sleeps while nothing is asked; while something is, waits on the library's descriptor.
    private unsafe void Collect()
    {
        var descriptor = new Libunbound.PollFd { Descriptor = Libunbound.ub_fd(_context), Events = Libunbound.PollIn };
        while (!_isStopping)
        {
            _work.Wait();
            while (!_isStopping && Volatile.Read(ref _outstanding) > 0)
            {
                if (Libunbound.poll(&descriptor, 1, PollMilliseconds) > 0) _ = Libunbound.ub_process(_context);
            }
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static unsafe void OnResult(nint tag, int error, Libunbound.Result* result)
    {
        try
        {
            if (!_queries.TryRemove(tag, out var query)) return;
            if (error != 0 || result is null) query.Fail(TransportReason.DnsServerFailed, Libunbound.Words(error));
            else query.Complete(result);
        }
        finally
        {
            if (result is not null) Libunbound.ub_resolve_free(result);
        }
    }

    private delegate T? Reader<T>(ReadOnlySpan<byte> data)
        where T : class;

    private abstract class Query(UnboundResolver owner)
    {
        internal UnboundResolver Owner { get; } = owner;

        internal abstract void Fail(TransportReason reason, string detail);

        internal abstract unsafe void Complete(Libunbound.Result* result);
    }

    private sealed class Query<T>(UnboundResolver owner, string name, Reader<T> read) : Query(owner)
        where T : class
    {
        private readonly TaskCompletionSource<DnsAnswer<T>> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal Task<DnsAnswer<T>> Answer => _answer.Task;

        internal override void Fail(TransportReason reason, string detail) => _answer.TrySetResult(DnsAnswer<T>.Failed(reason, detail));

        internal override unsafe void Complete(Libunbound.Result* result)
        {
            if (result->IsBogus != 0)
                Fail(TransportReason.DnsBogus, Marshal.PtrToStringUTF8(result->WhyBogus) ?? "DNSSEC validation failed.");
            else if (result->HasData != 0)
                Found(result);
            else if (result->IsNoName != 0 || result->ResponseCode == 0)
                _answer.TrySetResult(DnsAnswer<T>.Failed(TransportReason.DnsNotFound, $"'{name}' has no such record.", result->IsSecure != 0));
            else
                Fail(TransportReason.DnsServerFailed, $"The name servers answered {result->ResponseCode} for '{name}'.");
        }

        private unsafe void Found(Libunbound.Result* result)
        {
            var records = new List<T>();
            for (var i = 0; i < RecordsMax && result->Data[i] is not null; i++)
                if (read(new ReadOnlySpan<byte>(result->Data[i], result->Lengths[i])) is { } record) records.Add(record);
            _answer.TrySetResult(records.Count == 0
                ? DnsAnswer<T>.Failed(TransportReason.DnsServerFailed, $"The records of '{name}' are malformed.")
                : new DnsAnswer<T>(TransportReason.None, records, TimeSpan.FromSeconds(result->Ttl), result->IsSecure != 0, ""));
        }
    }
}
