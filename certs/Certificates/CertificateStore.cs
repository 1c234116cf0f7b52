namespace Certificates;

/// <summary>
/// Holds the current <see cref="CertificateSet"/>, reloads it on demand or when files change, and keeps version <em>n</em>
/// whenever the next one has a fault. It knows no socket: whoever handshakes next simply finds the new version.
/// </summary>
public sealed class CertificateStore : ICertificateSource, IDisposable
{
    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly ITimer? _watch;
    private volatile CertificateSet _current = CertificateSet.Empty;
    private volatile CertificateSourcesOptions _options;
    private volatile IReadOnlyList<CertificateFault> _lastFaults = [];
    private string _seen = "";

    /// <summary>Makes a store that has loaded nothing yet; call <see cref="Reload()"/> for the first version.</summary>
    public CertificateStore(CertificateSourcesOptions options, TimeProvider time)
    {
        _options = options;
        _time = time;
        if (options.WatchSeconds <= 0) return;
        var period = TimeSpan.FromSeconds(options.WatchSeconds);
        _watch = time.CreateTimer(static store => ((CertificateStore)store!).LookForChanges(), this, period, period);
    }

    /// <summary>Raised after a new version became current, on the thread that loaded it.</summary>
    public event Action<CertificateSet>? Published;

    /// <summary>Raised when a load failed and the old version stays.</summary>
    public event Action<IReadOnlyList<CertificateFault>>? Refused;

    /// <summary>Loads own certificates that have ended too: for who only looks at them.</summary>
    public bool TakesEnded { get; init; }

    /// <inheritdoc/>
    public CertificateSet Current => _current;

    /// <summary>The faults of the last load; empty after a good one.</summary>
    public IReadOnlyList<CertificateFault> LastFaults => _lastFaults;

    /// <summary>Loads the files again; on any fault the current version stays.</summary>
    public IReadOnlyList<CertificateFault> Reload() => Reload(_options);

    /// <summary>The same with new settings, which are kept only when they load.</summary>
    public IReadOnlyList<CertificateFault> Reload(CertificateSourcesOptions options)
    {
        CertificateLoad load;
        lock (_gate)
        {
            // Fingerprint first: a file that changes while it is read is seen as changed at the next look.
            var seen = CertificateFiles.Stamp(options);
            load = CertificateLoader.Load(options, _current.Version + 1, _time.GetUtcNow(), own => TakesEnded || _current.Presents(own));
            _lastFaults = load.Faults;
            _seen = seen;
            if (load.Set is not null)
            {
                _options = options;
                _current = load.Set;
            }
        }
        if (load.Set is not null) Published?.Invoke(load.Set);
        else Refused?.Invoke(load.Faults);
        return load.Faults;
    }

    /// <inheritdoc/>
    public void Dispose() => _watch?.Dispose();

    private void LookForChanges()
    {
        var stamp = CertificateFiles.Stamp(_options);
        lock (_gate)
        {
            if (stamp == _seen) return;
        }
        Reload();
    }
}
