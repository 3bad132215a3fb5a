namespace CdcLake.Benchmarks.Baselines;

/// <summary>
/// The sales-by-product job as one would write it by hand over objects: dictionaries for both tables and the groups, a sorted multiset for the maximum.
/// Sales only; products do not change.
/// </summary>
internal sealed class NaiveJoinAggregate
{
    private readonly Dictionary<int, Product> _products = [];
    private readonly Dictionary<long, Sale> _sales = [];
    private readonly Dictionary<Product, Totals> _groups = [];
    private readonly HashSet<Product> _touched = [];

    /// <summary>Result rows handed out so far, old and new.</summary>
    public long Emitted { get; private set; }

    public int Groups => _groups.Count;

    public void Add(Product product) => _products[product.Id] = product;

    public void Insert(Sale sale)
    {
        _sales.Add(sale.Id, sale);
        Apply(sale, 1);
    }

    public void Update(Sale sale)
    {
        Apply(_sales[sale.Id], -1);
        _sales[sale.Id] = sale;
        Apply(sale, 1);
    }

    /// <summary>Hands out one result row for each group that changed.</summary>
    public void EndEpoch()
    {
        foreach (var product in _touched)
        {
            var totals = _groups[product];
            Emitted += new Result(product.Id, product.Sku, product.Name, totals.Quantity, totals.Revenue, totals.Count, totals.Times.Max).Count > 0 ? 2 : 1;
        }

        _touched.Clear();
    }

    private void Apply(Sale sale, int weight)
    {
        var product = _products[sale.ProductId];
        if (!_groups.TryGetValue(product, out var totals))
        {
            _groups.Add(product, totals = new Totals());
        }

        totals.Quantity += weight * sale.Quantity;
        totals.Revenue += weight * sale.Quantity * sale.Price;
        totals.Count += weight;
        var same = totals.Counts.GetValueOrDefault(sale.Time) + weight;
        if (same == 0)
        {
            totals.Counts.Remove(sale.Time);
            totals.Times.Remove(sale.Time);
        }
        else
        {
            totals.Counts[sale.Time] = same;
            totals.Times.Add(sale.Time);
        }

        _touched.Add(product);
    }

    internal sealed record Product(int Id, string Sku, string Name);

    internal sealed record Sale(long Id, int ProductId, int Quantity, decimal Price, DateTime Time);

    private sealed record Result(int Id, string Sku, string Name, long Quantity, decimal Revenue, long Count, DateTime Last);

    private sealed class Totals
    {
        public long Quantity { get; set; }

        public decimal Revenue { get; set; }

        public long Count { get; set; }

        public Dictionary<DateTime, int> Counts { get; } = [];

        public SortedSet<DateTime> Times { get; } = [];
    }
}
