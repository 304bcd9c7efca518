/** The heads of arrows, as markers of a drawing: each is referred to, and coloured, by its name. */

export interface ArrowHead {
  /** Id of the marker, and class of its path. */
  readonly name: string;
  /** In pixels. */
  readonly size: number;
  /** Where the line ends in the head, of 8. */
  readonly tip: number;
}

export function ArrowHeads({ heads }: { readonly heads: readonly ArrowHead[] }) {
  return (
    <svg className="markers" aria-hidden="true">
      <defs>
        {heads.map(({ name, size, tip }) => (
          <marker
            key={name}
            id={name}
            viewBox="0 0 8 8"
            refX={tip}
            refY="4"
            markerWidth={size}
            markerHeight={size}
            orient="auto"
            markerUnits="userSpaceOnUse"
          >
            <path d="M0.5 0.5L7.5 4L0.5 7.5Z" className={name} />
          </marker>
        ))}
      </defs>
    </svg>
  );
}
