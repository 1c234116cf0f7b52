namespace Certificates.Tests;

public sealed class StoreTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("certs-").FullName;
    private readonly HandTime _time = new(Lab.Now);

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void A_renewed_file_is_seen_at_the_next_look_and_published_as_the_next_version()
    {
        using var store = Started();
        var published = new List<int>();
        store.Published += set => published.Add(set.Version);
        var before = store.Current.Default!.Fingerprint;

        Write(Lab.Authority.Issue("gw.jabber.example"), minutes: 1);
        _time.Tick();

        Assert.Equal([2], published);
        Assert.NotEqual(before, store.Current.Default!.Fingerprint);
    }

    [Fact]
    public void A_renewed_file_with_a_fault_keeps_the_version_and_says_so_once()
    {
        using var store = Started();
        var refusals = new List<CertificateReason>();
        store.Refused += faults => refusals.AddRange(faults.Select(f => f.Reason));

        File.WriteAllText(Path.Combine(_directory, "gw.crt"), "half a cert");
        _time.Tick();
        _time.Tick();

        Assert.Equal([CertificateReason.FileMalformed], refusals);
        Assert.Equal(1, store.Current.Version);
        Assert.Single(store.LastFaults);

        Write(Lab.Authority.Issue("gw.jabber.example"), minutes: 2);
        _time.Tick();
        Assert.Equal(2, store.Current.Version);
        Assert.Empty(store.LastFaults);
    }

    [Fact]
    public void One_that_ended_in_use_may_stay_and_no_other_ended_one_may_come()
    {
        using var store = Started();
        var options = Options();
        _time.Advance(TimeSpan.FromDays(400));

        // A trust set, a domain, or nothing at all changed.
        Assert.Empty(store.Reload(options));
        Assert.Equal(2, store.Current.Version);

        Write(Lab.Authority.Issue("gw.jabber.example"), minutes: 3);
        Assert.Contains(store.Reload(options), f => f.Reason == CertificateReason.Expired);
        Assert.Equal(2, store.Current.Version);
        using var started = new CertificateStore(options, _time);
        Assert.Contains(started.Reload(), f => f.Reason == CertificateReason.Expired);
        using var looking = new CertificateStore(options, _time) { TakesEnded = true };
        Assert.Empty(looking.Reload());
    }

    [Fact]
    public void Untouched_files_are_not_loaded_again()
    {
        using var store = Started();
        for (var i = 0; i < 5; i++) _time.Tick();

        Assert.Equal(1, store.Current.Version);
    }

    [Fact]
    public void New_settings_that_do_not_load_are_forgotten()
    {
        using var store = Started();
        Assert.NotEmpty(store.Reload(new CertificateSourcesOptions { Own = [new OwnCertificateOptions { Name = "x", Pfx = "/nowhere.pfx" }] }));

        Assert.Empty(store.Reload());
        Assert.Equal((2, "gw"), (store.Current.Version, store.Current.Default!.Name));
    }

    private CertificateStore Started()
    {
        Write(Lab.Authority.Issue("gw.jabber.example"), minutes: 0);
        File.WriteAllText(Path.Combine(_directory, "ca.pem"), Lab.Authority.RootPem);
        var store = new CertificateStore(Options(), _time);
        Assert.Empty(store.Reload());
        return store;
    }

    private CertificateSourcesOptions Options() => new()
    {
        Directory = _directory,
        Own = [new OwnCertificateOptions { Name = "gw", Certificate = "gw.crt", Key = "gw.key" }],
        Trust = [new TrustSetOptions { Name = "lab", Files = ["ca.pem"] }],
    };

    private void Write(LabLeaf leaf, int minutes)
    {
        var (certificate, key) = leaf.WriteTo(_directory, "gw");
        File.SetLastWriteTimeUtc(certificate, Lab.Now.UtcDateTime.AddMinutes(minutes));
        File.SetLastWriteTimeUtc(key, Lab.Now.UtcDateTime.AddMinutes(minutes));
    }

    /// <summary>Time that stands still; the one timer there is fires when the test says so.</summary>
    private sealed class HandTime(DateTimeOffset now) : TimeProvider
    {
        private DateTimeOffset _now = now;
        private Action _fire = static () => { };

        public void Tick() => _fire();

        public void Advance(TimeSpan by) => _now += by;

        public override DateTimeOffset GetUtcNow() => _now;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _fire = () => callback(state);
            return new Armed();
        }

        private sealed class Armed : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
