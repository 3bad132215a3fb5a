using CdcLake.Testing.StarRocks.Model;

namespace CdcLake.Testing.StarRocks.Http;

/// <summary>Remembers every request and asks the script what happens to it.</summary>
internal sealed class Faults(Cluster cluster)
{
    private readonly List<FakeStarRocksRequest> _requests = [];
    private readonly Queue<int> _publications = new();

    public Func<FakeStarRocksRequest, FakeStarRocksFault> Script { get; set; } = _ => FakeStarRocksFault.None;

    /// <summary>Asked before the script, which says what happens where this says nothing.</summary>
    public Func<FakeStarRocksRequest, FakeStarRocksFault> Gate { get; set; } = _ => FakeStarRocksFault.None;

    public IReadOnlyList<FakeStarRocksRequest> Requests
    {
        get
        {
            lock (cluster.Lock)
            {
                return [.. _requests];
            }
        }
    }

    public FakeStarRocksFault Next(Call call, string server)
    {
        lock (cluster.Lock)
        {
            const int RequestsUntilVisible = 3;
            var request = call.Describe(_requests.Count + 1, server);
            _requests.Add(request);
            if (_publications.TryPeek(out var due) && due <= request.Number)
            {
                _publications.Dequeue();
                cluster.PublishLate();
            }

            var gate = Gate(request);
            var fault = gate == FakeStarRocksFault.None ? Script(request) : gate;
            switch (fault)
            {
                case FakeStarRocksFault.ForgetLabels:
                    cluster.ForgetLabels();
                    break;
                case FakeStarRocksFault.TimeOut:
                    cluster.TimeOut();
                    break;
                case FakeStarRocksFault.RestartFrontend:
                    cluster.RestartFrontends();
                    break;
                case FakeStarRocksFault.PublishLate:
                    _publications.Enqueue(request.Number + RequestsUntilVisible);
                    break;
                default:
                    break;
            }

            return fault;
        }
    }
}
